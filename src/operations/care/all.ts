/** The operations of long-term care insurance. */
import type { Operation } from '../../interactions/interaction.ts';
import { push } from '../later.ts';
import { asOf } from './as-of.ts';
import { officeAsOf } from './office-as-of.ts';
import { planAsOf } from './plan-as-of.ts';
import { progress } from './progress.ts';
import { careSummary } from './summary.ts';

export const careOperations: readonly Operation[] = [asOf, planAsOf, officeAsOf, progress, careSummary, push];
