/** Packages for tests: as archives, and as they would be when installed. */
import zlib from 'node:zlib';
import { atHand, type InstalledPackage, type Manifest } from '../src/definitions/package.ts';
import type { Resource } from '../src/fhir/types.ts';

/** What a package says of itself, and its definitions. */
export interface PackageContent {
  readonly manifest: Manifest;
  readonly resources: readonly Resource[];
}

/** A package of resources that are written in a test. */
export function packageInMemory({ manifest, resources }: PackageContent): InstalledPackage {
  const entries = resources.map((one, offset) => {
    const text = (name: string) => String(one[name] ?? '');
    return { type: one.resourceType, url: text('url'), version: text('version'), id: text('id'), offset, length: 0 };
  });
  return atHand({ manifest, entries, unreadable: [], read: ({ offset }) => structuredClone(resources[offset]!) });
}

/** A .tgz with the files given. */
export function tgz(files: Record<string, string>): Buffer {
  const parts = Object.entries(files).flatMap(([name, text]) => {
    const data = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(data.length.toString(8).padStart(11, '0'), 124);
    header.write('0', 156);
    header.write('ustar', 257);
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return zlib.gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}
