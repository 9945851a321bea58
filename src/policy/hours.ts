/** Windows of the week, in the time zone that the rule names. */
import type { Hours } from './rule.ts'

export type HoursTest = (now: Date) => boolean

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Throws RangeError when the time zone is not known. */
export function hoursTest(hours: Hours): HoursTest {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: hours.timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  // Formatting costs microseconds, and the answer stands for a minute.
  let minute = Number.NaN
  let answer = false
  return now => {
    const current = Math.floor(now.getTime() / 60_000)
    if (current !== minute) {
      minute = current
      answer = within(hours, format.formatToParts(now)) !== hours.outside
    }
    return answer
  }
}

function within(hours: Hours, parts: readonly Intl.DateTimeFormatPart[]): boolean {
  const part = (type: string) => parts.find(entry => entry.type === type)?.value ?? ''
  const day = dayNames.indexOf(part('weekday'))
  const minutes = Number(part('hour')) * 60 + Number(part('minute'))
  const { days, from, to } = hours
  if (from < to) return days.includes(day) && minutes >= from && minutes < to
  // Over midnight the window belongs to the day on which it began.
  const dayBefore = (day + 6) % 7
  return (days.includes(day) && minutes >= from) || (days.includes(dayBefore) && minutes < to)
}
