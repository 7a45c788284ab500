// The data of the benchmark: 250 patients with 40 laboratory results each, about 2 kB a result. The same each time.

export const patients = 250;
export const observationsOf = 40;
export const identifierSystem = 'https://w3id.org/engawa/fhir/IdSystem/bench';
export const loinc = ['2160-0', '1751-7', '4548-4', '718-7'];

const note =
  '採血は空腹時。前回の値と比べて大きな変化はありません。次回の受診時にもう一度測定し、変化があれば薬の量を見直します。' +
  'The specimen was taken fasting. No marked change since the last visit; to be measured again at the next visit.';

const comment =
  '検査部より：検体の状態は良好で、溶血や乳びは認めません。測定は院内の自動分析装置で行い、精度管理の結果は基準の範囲内でした。' +
  '基準範囲は成人の値です。年齢や体格、服用中の薬によって値が変わることがありますので、診察の所見と合わせて判断してください。';

/** The i-th result: patient, code, day and value follow from i. */
export function observation(i) {
  const number = i % (patients * observationsOf);
  const patient = Math.floor(number / observationsOf);
  const code = loinc[number % loinc.length];
  const day = new Date(Date.UTC(2024, 0, 1) + (number % observationsOf) * 86_400_000 * 9).toISOString().slice(0, 10);
  const quantity = value => ({ value, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' });
  return {
    resourceType: 'Observation',
    id: `o-${number}`,
    identifier: [{ system: identifierSystem, value: `O${number}` }],
    status: 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: 'laboratory',
            display: 'Laboratory',
          },
        ],
      },
    ],
    code: {
      coding: [
        { system: 'http://loinc.org', code },
        {
          system: 'http://jpfhir.jp/fhir/clins/CodeSystem/JP_CLINS_ObsLabResult_LocalCode_CS',
          code: `L${code.slice(0, 3)}`,
        },
      ],
      text: `検査 ${code}`,
    },
    subject: { reference: `Patient/p-${patient}` },
    effectiveDateTime: `${day}T09:40:00+09:00`,
    issued: `${day}T11:20:00.000+09:00`,
    performer: [{ display: '縁側市立見本病院 検査部' }],
    valueQuantity: quantity(0.5 + (number % 97) / 100),
    interpretation: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
            code: 'N',
            display: 'Normal',
          },
        ],
      },
    ],
    note: [{ text: note }, { text: comment }],
    method: { text: '酵素法' },
    specimen: { display: '血清' },
    referenceRange: [{ low: quantity(0.46), high: quantity(1.07), text: '0.46 – 1.07' }],
  };
}

const patient = i => ({
  resourceType: 'Patient',
  id: `p-${i}`,
  identifier: [{ system: identifierSystem, value: `P${i}` }],
  name: [{ text: `見本 ${i}`, family: '見本', given: [String(i)] }],
  gender: i % 2 ? 'male' : 'female',
  birthDate: `19${30 + (i % 30)}-0${1 + (i % 9)}-1${i % 9}`,
});

/** Sends all of it in transactions of 500; the number of resources. */
export async function seed(base) {
  const resources = [
    ...Array.from({ length: patients }, (_, i) => patient(i)),
    ...Array.from({ length: patients * observationsOf }, (_, i) => observation(i)),
  ];
  for (let from = 0; from < resources.length; from += 500) {
    const entry = resources.slice(from, from + 500).map(resource => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    }));
    const answer = await fetch(base, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json', prefer: 'return=minimal' },
      body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
    });
    if (!answer.ok) throw new Error(`seeding: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
    await answer.arrayBuffer();
  }
  return resources.length;
}
