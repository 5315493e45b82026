const DATE_TIME =
  /^(-?\d{4,6})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,12}))?)?(Z|[+-]\d{2}:\d{2})?)?$/i;

/** True for a date and time as RFC 7643 s2.3.5 wants it (xsd:dateTime, zone optional). */
export function isDateTime(text: string): boolean {
  return text.length > 10 && Number.isFinite(epochMs(text));
}

/**
 * Milliseconds since 1970 of a date and time, or NaN. In comparisons a bare date means its first instant and a missing
 * zone means UTC, so that every machine reads the same instant.
 */
export function epochMs(text: string): number {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return Number.NaN;
  const [
    ,
    year = '',
    month = '',
    day = '',
    hour = '00',
    minute = '00',
    second = '00',
    fraction = '',
    zone = 'Z',
  ] = parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // An impossible day such as 30 February rolls over; a rolled day is no day.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return Number.NaN;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.slice(0, 3).padEnd(3, '0')));
  return date.getTime() - zoneOffsetMs(zone);
}

function zoneOffsetMs(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  if (minutes > 14 * 60) return Number.NaN;
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
