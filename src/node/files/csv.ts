/** Lines of delimited values, as RFC 4180 and spreadsheets read them. */

/** A field with the delimiter, a quote or a line break stands in quotes, and its quotes are doubled. */
function csvField(value: string | number, delimiter: string): string {
  const text = String(value);
  return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvLine(fields: readonly (string | number)[], delimiter = ','): string {
  return fields.map((field) => csvField(field, delimiter)).join(delimiter);
}
