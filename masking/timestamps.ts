/** Timestamps with a zone, as databases write them, brought to UTC. */

const ZONED = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)?([+-])(\d\d)(?::?(\d\d))?$/

/**
 * `2024-01-31 23:30:00.5-01` becomes `2024-02-01 00:30:00.5`. Undefined for what is not written
 * like that: other date styles, years before Christ or after 9999, infinity.
 */
export function utcTimestamp(text: string): string | undefined {
  const match = ZONED.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', sign, hours, minutes = '00'] =
    match
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  const offsetMinutes = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? 1 : -1)
  date.setUTCHours(Number(hour), Number(minute) + offsetMinutes, Number(second))
  const iso = date.toISOString()
  // A year below 0 or above 9999 has another length.
  return iso.length === 24 ? `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction}` : undefined
}
