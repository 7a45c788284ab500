/**
 * Extensions that HL7 publishes for R4 apart from R4 itself, by name: those of the package hl7.fhir.uv.extensions.r4, edition 5.3.0,
 * that FHIR 4.0.1 does not define, and two of the package hl7.fhir.uv.tools. Who installs those packages gets their definitions;
 * without them an extension named here exists, but cannot be checked, and one that is not named does not exist.
 * @see https://hl7.org/fhir/extensions/extension-registry.html
 */
const root = 'http://hl7.org/fhir/StructureDefinition/';

const names = `
_datatype additional-language additional-resource-compartment additionalIdentifier address-official
allergyintolerance-abatement alternate-canonical alternate-codes alternate-reference annotationType artifact-
approvalDate artifact-author artifact-canonicalReference artifact-citeAs artifact-contact artifact-
contactDetailReference artifact-copyright artifact-copyrightLabel artifact-date artifact-description artifact-
editor artifact-effectivePeriod artifact-endorser artifact-experimental artifact-extended-contact-detail
artifact-identifier artifact-isOwned artifact-jurisdiction artifact-lastReviewDate artifact-name artifact-
periodDuration artifact-publicationDate artifact-publisher artifact-purpose artifact-reference artifact-
relatedArtifact artifact-releaseDescription artifact-releaseLabel artifact-reviewer artifact-status artifact-
title artifact-topic artifact-uriReference artifact-url artifact-usage artifact-useContext artifact-version
artifact-versionAlgorithm artifact-versionPolicy artifactassessment-content artifactassessment-disposition
artifactassessment-workflowStatus auditevent-AlternativeUserID auditevent-Lifecycle auditevent-OnBehalfOf
biologicallyderivedproduct-collection-procedure biologicallyderivedproduct-manipulation
biologicallyderivedproduct-processing businessEvent canonicalresource-short-description capabilitystatement-
declared-profile capabilitystatement-search-mode capabilitystatement-search-parameter-use careteam-alias
characteristicExpression citation-societyAffiliation codeOptions codesystem-authoritativeSource codesystem-
globalLangPack codesystem-properties-mode codesystem-property-valueset codesystem-use-markdown coding-
conformance coding-purpose complies-with-canonical condition-diseaseCourse condition-reviewed confidential
consent-ResearchStudyContext contactpoint-comment contactpoint-multiple-use contactpoint-purpose cqf-
alternativeExpression cqf-artifactComment cqf-certainty cqf-contactAddress cqf-contactReference cqf-
contributionTime cqf-cqlAccessModifier cqf-cqlOptions cqf-cqlType cqf-criteriaReference cqf-defaultValue cqf-
definitionTerm cqf-directReferenceCode cqf-expansionParameters cqf-fhirQueryPattern cqf-
improvementNotationGuidance cqf-inputParameters cqf-isEmptyList cqf-isEmptyTuple cqf-isPrefetchToken cqf-
isPrimaryCitation cqf-isSelective cqf-knowledgeCapability cqf-knowledgeRepresentationLevel cqf-libraryAlias
cqf-logicDefinition cqf-messages cqf-modelInfo-isIncluded cqf-modelInfo-isRetrievable cqf-modelInfo-label cqf-
modelInfo-primaryCodePath cqf-modelInfoSettings cqf-notDoneValueSet cqf-parameterDefinition cqf-partOf cqf-
publicationDate cqf-publicationStatus cqf-relatedRequirement cqf-resourceType cqf-scope cqf-
shouldTraceDependency cqf-supportedCqlVersion cqf-targetInvariant cqf-testArtifact cqf-valueFilter datatype-
short-string derivation-reference detectedissue-doseType device-alertDetection device-commercialBrand device-
conformsTo device-endpoint device-gateway device-lastmaintenancetime device-maintenanceresponsibility device-
operation-cycle device-operation-duration device-operation-mode diagnosticReport-focus diagnosticReport-
workflowStatus diagnosticreport-interpretationContext documentreference-sourcepatient documentreference-
thumbnail dosage-conditions dosage-minimumGapBetweenDose elementSource elementdefinition-conceptmap
elementdefinition-defaulttype elementdefinition-graphConstraint elementdefinition-pattern elementdefinition-
suppress elementdefinition-type-must-support endpoint-fhir-version event-recorded evidence-variable-handling-
detail extended-contact-availability extension-quantity-translation feature-assertion firstCreated identifier-
checkDigit identifier-jurisdiction immunization-procedure implementationguide-sourceFile individual-
genderIdentity individual-pronouns individual-recordedSexOrGender inherit-obligations intended-context
iso21090-codedString itemWeight largeValue lastSourceSync list-category list-for location-communication
measurereport-category measurereport-countQuantity measurereport-populationDescription medication-manufacturer
medication-manufacturingBatch medication-type medicationdispense-quantityRemaining medicationdispense-
refillsRemaining metadataresource-publish-date namingsystem-checkDigit narrative-language-control narrative-
source-control no-fixed-address note obligation obligation-profile-flag obligations-profile observation-
analysis-date-time observation-componentCategory observation-nature-of-abnormal-test observation-structure-
type observation-structureLaterality observation-v2-subid operationoutcome-file operationoutcome-issue-col
operationoutcome-issue-line operationoutcome-issue-server operationoutcome-issue-slicetext operationoutcome-
message-id organization-brand organization-portal package-source parameters-definition patient-bornStatus
patient-contactPriority patient-fetalStatus patient-knownNonDuplicate patient-multipleBirthTotal patient-
preferredPharmacy patient-sexParameterForClinicalUse patient-unknownIdentity practitioner-job-title
practitionerrole-doingBusinessAs practitionerrole-employmentStatus preferredTerminologyServer
preferredValueAlternatives profile-mapping quantity-accuracy quantity-confidenceInterval questionnaire-
definitionBased questionnaire-derivationType questionnaire-index-answer questionnaire-optionRestriction
questionnaire-supportHyperlink questionnaireresponse-attester referencesContained relatesto-classifier
requirements-parent researchStudy-interventionalistRecruitment researchStudy-investigatorRecruitment
researchStudy-siteRecruitment researchStudy-studyRegistration resolve-as-version-specific resource-instance-
description resource-instance-name satisfies-requirement servicerequest-order-callback-phone-number
servicerequest-specimenSuggestion specimen-additive specimen-reject-reason statistic-model-include-if
structuredefinition-compliesWithProfile structuredefinition-conformance-derivedFrom structuredefinition-
extension-meaning structuredefinition-fmm-support structuredefinition-imposeProfile structuredefinition-
inheritance-control structuredefinition-interface structuredefinition-standards-status-reason
structuredefinition-type-characteristics subject-locationClassification subscription-best-effort
supplydelivery-previousDelivery synchronicity-control targetConstraint targetElement targetPath terminology-
resource-identifier-metadata textLink time-precision timezone timing-uncertainDate uncertainPeriod valueset-
compose-createdBy valueset-compose-creationDate valueset-compose-include-valueSetTitle valueset-expansion-
parameter valueset-otherTitle valueset-select-by-map valueset-workflowStatusDescription version-specific-use
version-specific-value web-source workflow-adheresTo workflow-barrier workflow-compliesWith workflow-
followOnOf workflow-generatedFrom workflow-protectiveFactor workflow-reason workflow-releaseDate workflow-
shallComplyWith workflow-statusReason workflow-triggeredBy
instance-name instance-description
`;

const published: ReadonlySet<string> = new Set(names.trim().split(/\s+/));

/** Whether HL7 publishes an extension of this URL in one of its packages beside R4. */
export function isPublishedApart(url: string): boolean {
  if (url.startsWith('http://hl7.org/fhir/tools/StructureDefinition/')) return true;
  return url.startsWith(root) && published.has(url.slice(root.length));
}

/** Elements on which that package lets extensions of R4 stand beside those that R4 names: extension, then the elements. */
const wider = `
bodySite Condition.bodySite Dosage.site MedicationAdministration.dosage Observation.bodySite Procedure.bodySite Specimen.collection
capabilitystatement-expectation CapabilityStatement.acceptLanguage CapabilityStatement.format CapabilityStatement.implementationGuide CapabilityStatement.imports CapabilityStatement.messaging.reliableCache CapabilityStatement.messaging.supportedMessage CapabilityStatement.patchFormat CapabilityStatement.rest.resource CapabilityStatement.rest.resource.conditionalCreate CapabilityStatement.rest.resource.conditionalDelete CapabilityStatement.rest.resource.conditionalPatch CapabilityStatement.rest.resource.conditionalRead CapabilityStatement.rest.resource.conditionalUpdate CapabilityStatement.rest.resource.extension CapabilityStatement.rest.resource.operation CapabilityStatement.rest.resource.readHistory CapabilityStatement.rest.resource.referencePolicy CapabilityStatement.rest.resource.supportedProfile CapabilityStatement.rest.resource.updateCreate CapabilityStatement.rest.resource.versioning CapabilityStatement.rest.security CapabilityStatement.rest.security.cors CapabilityStatement.rest.security.service
coding-sctdescid CodeSystem.concept.designation CodeSystem.concept.display ValueSet.expansion.contains.designation ValueSet.expansion.contains.display
condition-assertedDate AllergyIntolerance
contactpoint-area ContactPoint.value
contactpoint-country ContactPoint.value
contactpoint-extension ContactPoint.value
contactpoint-local ContactPoint.value
cqf-citation Resource
cqf-library DomainResource
cqf-measureInfo Reference Resource
cqf-qualityOfEvidence PlanDefinition.action
cqf-strengthOfRecommendation PlanDefinition.action
elementdefinition-bindingName OperationDefinition.parameter.binding
event-basedOn Basic ChargeItem ClinicalImpression Composition Consent Coverage EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory ImmunizationEvaluation MedicationStatement PaymentNotice PaymentReconciliation
event-eventHistory Basic
event-location DocumentReference MedicationAdministration MedicationDispense
event-performerFunction Consent.grantee DocumentReference.author
event-statusReason Basic DocumentReference
goal-relationship PlanDefinition.goal
iso21090-preferred Address ContactPoint
language markdown string
patient-birthTime Person.birthDate Practitioner.birthDate RelatedPerson.birthDate
patient-citizenship Person RelatedPerson
patient-disability Person Practitioner RelatedPerson
patient-interpreterRequired Encounter Practitioner RelatedPerson
patient-nationality Person RelatedPerson
patient-preferenceType Person.communication.preferred Practitioner.communication.preferred RelatedPerson.communication.preferred
patient-proficiency Person.communication Practitioner.communication RelatedPerson.communication
procedure-approachBodyStructure Basic Specimen.collection
questionnaire-baseType ElementDefinition
questionnaire-choiceOrientation ElementDefinition
questionnaire-constraint ElementDefinition
questionnaire-displayCategory ElementDefinition
questionnaire-hidden ElementDefinition
questionnaire-itemControl ElementDefinition
questionnaire-referenceFilter ElementDefinition
questionnaire-referenceProfile ElementDefinition
questionnaire-referenceResource ElementDefinition
questionnaire-signatureRequired ElementDefinition
questionnaire-sliderStepValue ElementDefinition
questionnaire-supportLink ElementDefinition
questionnaire-unit ElementDefinition
questionnaire-unitOption ElementDefinition
questionnaire-unitValueSet ElementDefinition
questionnaire-usageMode ElementDefinition
replaces Basic ObservationDefinition SpecimenDefinition
request-doNotPerform Task
request-insurance CarePlan
request-performerOrder Task.requestedPerformer
request-relevantHistory CarePlan
request-replaces SupplyRequest Task
resource-approvalDate Group
resource-effectivePeriod Group
resource-lastReviewDate Group
structuredefinition-fhir-type ElementDefinition.type
structuredefinition-fmm DomainResource Resource
structuredefinition-normative-version CanonicalResource ElementDefinition
structuredefinition-standards-status CanonicalResource CodeSystem.concept ElementDefinition ElementDefinition.type ElementDefinition.type.targetProfile ImplementationGuide.definition.page OperationDefinition.parameter OperationDefinition.parameter.allowedType OperationDefinition.parameter.targetProfile OperationDefinition.parameter.type SearchParameter.base StructureDefinition.context
structuredefinition-wg DomainResource
timing-daysOfCycle Basic
valueset-supplement ValueSet.compose.exclude ValueSet.compose.include
variable ActivityDefinition Basic Measure Measure.group Measure.group.population PlanDefinition PlanDefinition.action RequestGroup RequestGroup.action
workflow-episodeOfCare Appointment Basic ChargeItem Composition Consent DetectedIssue DocumentReference EnrollmentRequest EnrollmentResponse FamilyMemberHistory Flag Goal ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation Invoice List MeasureReport MedicationAdministration MedicationDispense MedicationRequest MedicationStatement MolecularSequence RequestGroup ResearchSubject RiskAssessment SupplyDelivery SupplyRequest VisionPrescription
workflow-relatedArtifact ConceptMap Observation.component
workflow-researchStudy Basic DocumentReference ServiceRequest
workflow-supportingInfo DocumentReference Encounter
`;

const widerContexts: ReadonlyMap<string, readonly string[]> = new Map(
  wider
    .trim()
    .split('\n')
    .map(line => {
      const [name = '', ...elements] = line.split(' ');
      return [root + name, elements] as const;
    }),
);

/** Further elements an extension of R4 may stand on since R4 was published. */
export const laterContexts = (url: string): readonly string[] => widerContexts.get(url) ?? [];
