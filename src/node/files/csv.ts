/** Lines of comma-separated values, as RFC 4180 and spreadsheets read them. */

/** A field with a comma, a quote or a line break stands in quotes, and its quotes are doubled. */
function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvLine(fields: readonly (string | number)[]): string {
  return fields.map(csvField).join(',');
}
