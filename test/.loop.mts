import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
const root = process.argv[2]!, kind = process.argv[3]!, mb = Number(process.argv[4]);
const at = (p: string) => import(pathToFileURL(`${root}/${p}`).href);
const { startServer } = await at('test/support.ts');
let name: string, bytes: Buffer;
if (kind === 'claims') {
  const { delivery, fileOf } = await at('test/claims-data.ts');
  const one = delivery('slip', 1, 'full', '201903', 1);
  const row = one.claims[0]!;
  const per = fileOf(one).bytes.length / row.length;
  const persons = Math.round((mb * 1e6) / (per * row.length));
  const claims = Array.from({ length: persons }, (_, i) => row.map((r: any) => ({ ...r, record: { ...r.record, insured: String(i + 1).padStart(10, '0') } })));
  ({ name, bytes } = fileOf({ ...one, claims }));
} else if (kind === 'careplan') {
  const { delivery, filesOf } = await at('test/careplan-data.ts');
  const small = filesOf(delivery('given', 1, 'full', 100, 20))[0];
  const persons = Math.round((mb * 1e6) / small.bytes.length * 100);
  ({ name, bytes } = filesOf(delivery('given', 1, 'full', persons, 20))[0]);
} else {
  const { allForms } = await at('src/files/forms/life/all.ts');
  const form = allForms.find((o: any) => o.id === 'FORM_0500_2021');
  const keys = form.columns.map((c: any) => c.key);
  const base: any = { care_facility_id: '4970100014', service_code: '15', insurer_no: '492017', insured_no: '0000000001' };
  const line = (i: number) => keys.map((k: string) => k === 'external_system_management_number' ? String(i) : base[k] ?? '').join(',');
  const n = Math.round(mb * 1e6 / line(100000).length);
  name = `${form.id}_1.csv`; bytes = Buffer.from([form.id, keys.join(','), ...Array.from({ length: n }, (_, i) => line(i))].join('\r\n') + '\r\n');
}
const server = startServer({ settings: { 'max-body': '300000000' } });
await server.app.inject('/fhir/metadata');
(globalThis as any).gc?.();
const before = process.memoryUsage();
const h = monitorEventLoopDelay({ resolution: 5 }); h.enable();
let peak = 0; let heap = 0;
const watch = setInterval(() => { const m = process.memoryUsage(); peak = Math.max(peak, m.rss); heap = Math.max(heap, m.heapUsed); }, 50);
const cpu = process.cpuUsage();
const answer = await server.app.inject({ method: 'POST', url: `/fhir/$import?file=${name}`, headers: { 'content-type': 'text/csv' }, payload: Buffer.from(bytes) });
h.disable(); clearInterval(watch);
const c = process.cpuUsage(cpu);
const p = answer.json().parameter.slice(0, 3).map((o: any) => `${o.name} ${o.valueInteger}`);
console.log(kind, (bytes.length / 1e6).toFixed(1), 'MB', p.join(', '), 'cpu s', ((c.user + c.system) / 1e6).toFixed(1), 'longest block ms', (h.max / 1e6).toFixed(0), 'p99', (h.percentile(99) / 1e6).toFixed(0), 'rss+', ((peak - before.rss) / 1e6).toFixed(0), 'heap+', ((heap - before.heapUsed) / 1e6).toFixed(0), 'answer MB', (answer.rawPayload.length / 1e6).toFixed(1));
await server.close();
