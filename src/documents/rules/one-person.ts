/** A document is about one person. Source: JP-CLINS 1.10.0, JP_Bundle_CLINS and the document Bundles. */
import { type DocumentRule, finding, resourceAt } from './rule.ts';

export const onePerson: DocumentRule = ({ entries, kind }) => {
  const patients = entries.filter(one => one.resource.resourceType === 'Patient');
  if (patients.length <= 1 || !kind.national) return [];
  return patients.slice(1).map(({ index }) =>
    finding('intake-one-person', resourceAt(index), {
      en: `the Bundle has ${patients.length} Patients; expected one`,
      ja: `Patient が ${patients.length} 件あります。1件にしてください`,
    }),
  );
};
