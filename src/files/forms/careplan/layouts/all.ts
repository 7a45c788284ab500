/**
 * The list of interfaces of the care-plan exchange, each with its editions, the newest first.
 * Adding an edition is one entry here.
 * Source: ケアプランデータ連携標準仕様 4.1 (2024-10) and its list of changes since 3.2.
 */
import type { Layout } from '../../../layout.ts';
import { dltkihon, upkihon, upkihonSub1, upkihonSub2 } from './basic.ts';
import { older } from './layout-of.ts';
import { dltjsk, dltplan, upjsk, upplan, upsikyu } from './month.ts';
import { dlt1kyo, up1kyo, up2kyo, up3kyo } from './plan.ts';
import { dltyobo, upyobo, upyoboSub } from './preventive.ts';
import { uphosoku } from './supplement.ts';

const equipment = ['tais', 'equipmentNumber', 'equipment'];

/** Editions of each interface by its name. */
export const careplanLayouts: ReadonlyMap<string, readonly Layout[]> = new Map(
  [
    [uphosoku, older(uphosoku)],
    [up1kyo, older(up1kyo)],
    [dlt1kyo, older(dlt1kyo)],
    [up2kyo, older(up2kyo)],
    [up3kyo],
    [upplan, older(upplan, equipment)],
    [upjsk, older(upjsk, equipment)],
    [dltplan, older(dltplan)],
    [dltjsk, older(dltjsk)],
    [upsikyu, older(upsikyu, equipment, { times: { length: 2 } })],
    [upkihon],
    [dltkihon],
    [upkihonSub1],
    [upkihonSub2],
    [upyobo],
    [dltyobo],
    [upyoboSub],
  ].map(editions => [editions[0]!.id, editions]),
);
