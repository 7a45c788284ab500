/** Types of resources that can be shown as papers. */
export const shownTypes = ['Bundle', 'DocumentReference', 'Composition', 'QuestionnaireResponse', 'CarePlan'] as const;
export type ShownType = (typeof shownTypes)[number];
