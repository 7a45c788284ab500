/**
 * A folder that one program at a time works on: a file in it says which. It is touched again and again, so that one that was left by a
 * program that died is known as such, also on another machine.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SettingError } from './config.ts';
import { isAlive } from './store/alive.ts';

const lockName = '.engawa-watch';
/** A lock nobody has touched for this time is left over, in milliseconds. */
const staleMs = 60_000;
/** It is touched this often, also while a large delivery takes minutes. */
const touchMs = 15_000;

interface Owner {
  readonly host: string;
  readonly pid: number;
}

/** Whether the program that made a lock is gone. */
function isLeftOver(file: string): boolean {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  if (!found || Date.now() - found.mtimeMs > staleMs) return true;
  try {
    const owner = JSON.parse(fs.readFileSync(file, 'utf8')) as Owner;
    // In a container every program may have the same number.
    return owner.host === os.hostname() && (owner.pid === process.pid || !isAlive(owner.pid));
  } catch {
    return false;
  }
}

/** The lock of a folder. */
export class FolderLock {
  private readonly file: string;
  private readonly timer: NodeJS.Timeout;

  /** @throws SettingError when another program works on the folder */
  constructor(folder: string) {
    this.file = path.join(folder, lockName);
    this.take(folder);
    this.timer = setInterval(() => this.touch(), touchMs);
    this.timer.unref();
  }

  private take(folder: string): void {
    const owner: Owner = { host: os.hostname(), pid: process.pid };
    for (let attempt = 0; ; attempt++) {
      try {
        fs.writeFileSync(this.file, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        if (attempt > 0 || !isLeftOver(this.file))
          throw new SettingError({
            en: `another engawa watch works on ${folder}; stop it first, or give this one a folder of its own`,
            ja: `${folder} は別の engawa watch が使っています。先に止めるか、別のフォルダを指定してください`,
          });
        fs.rmSync(this.file, { force: true });
      }
    }
  }

  /** Says that this program is still there. A folder that is away for a moment is touched the next time. */
  private touch(): void {
    const now = new Date();
    try {
      fs.utimesSync(this.file, now, now);
    } catch {
      // The watch itself tells what is wrong with its folder.
    }
  }

  release(): void {
    clearInterval(this.timer);
    fs.rmSync(this.file, { force: true });
  }
}
