/**
 * special: `near` of Location: a true distance on the sphere, in the radius asked for.
 * `[latitude]|[longitude]|[distance]|[units]`; kilometres without units, 50 km without a distance.
 * @see https://hl7.org/fhir/R4/location.html#search
 */
import type { TypeInfo } from '../../fhirpath/compile.ts';
import { type Sql, sql } from '../../store/sql.ts';
import { anyOf, type Condition } from '../condition.ts';
import { refuseValue } from '../refuse.ts';
import type { Rows } from '../rows.ts';
import type { Source } from '../search-param.ts';
import { positionTable } from '../tables.ts';
import { type Asked, isObject, type SearchType, splitEscaped } from './search-type.ts';

/** Mean radius of the earth, WGS84, in kilometres. */
const earthKm = 6371.0088;
const usualKm = 50;
const kilometres = new Map([
  ['', 1],
  ['km', 1],
  ['kms', 1],
  ['m', 0.001],
  ['[mi_us]', 1.609347219],
  ['[mi_i]', 1.609344],
  ['mi', 1.609344],
]);
const radians = Math.PI / 180;

function entries(value: unknown, _type: TypeInfo, rows: Rows): void {
  if (!isObject(value)) return;
  const { latitude, longitude } = value;
  if (
    typeof latitude === 'number' &&
    typeof longitude === 'number' &&
    Math.abs(latitude) <= 90 &&
    Math.abs(longitude) <= 180
  )
    rows.add(positionTable, [rows.param, latitude, longitude, rows.moment]);
}

function parseNear(asked: Asked): { latitude: number; longitude: number; km: number } {
  const [lat = '', lon = '', distance = '', unit = '', ...rest] = splitEscaped(asked.value, '|');
  const [latitude, longitude] = [Number(lat), Number(lon)];
  const km =
    (distance === '' ? usualKm : Number(distance)) * (distance === '' ? 1 : (kilometres.get(unit) ?? Number.NaN));
  const wrong =
    lat.trim() === '' ||
    lon.trim() === '' ||
    !(Math.abs(latitude) <= 90) ||
    !(Math.abs(longitude) <= 180) ||
    !(km >= 0) ||
    rest.length > 0;
  if (wrong)
    throw refuseValue(
      asked.name,
      asked.value,
      {
        en: '[latitude]|[longitude]|[distance]|[units] with units km, m or [mi_us]',
        ja: ' [緯度]|[経度]|[距離]|[単位]（単位は km・m・[mi_us]）',
      },
      '35.6812|139.7671|5|km',
    );
  return { latitude, longitude, km };
}

/** Haversine distance within the radius; latitude bounds make it a short walk. */
function within({ latitude, longitude, km }: { latitude: number; longitude: number; km: number }): Sql {
  const slack = (km / earthKm / radians) * 1.0001 + 1e-9;
  const half = Math.sin(Math.min(km / earthKm, Math.PI) / 2) ** 2;
  const cosine = Math.cos(latitude * radians);
  const dLat = sql`sin((x.lat - ${latitude}) * ${radians / 2})`;
  const dLon = sql`sin((x.lon - ${longitude}) * ${radians / 2})`;
  return sql`x.lat >= ${latitude - slack} AND x.lat <= ${latitude + slack} AND (${dLat} * ${dLat} + ${cosine} * cos(x.lat * ${radians}) * ${dLon} * ${dLon}) <= ${half + 1e-15}`;
}

function sourceCondition(source: Source, asked: Asked): Condition {
  const where = sql`x.param = ${source.param} AND ${within(parseNear(asked))}`;
  return { op: 'range', range: { table: positionTable, where, walk: ['lat'], probe: 'set', repeats: false, rank: 60 } };
}

/** Positions. */
export const nearType: SearchType = {
  type: 'special',
  modifiers: [],
  tables: [positionTable],
  entries,
  condition: asked => anyOf(asked.param.sources.map(source => sourceCondition(source, asked))),
};
