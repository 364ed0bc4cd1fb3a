/** One step of an answer, and how long it took in milliseconds. */
export interface Step {
  readonly name: string;
  readonly duration: number;
}

/** Reads the durations of a `Server-Timing` header; entries without one are passed over. */
export function readServerTiming(header: string | null): Step[] {
  if (header === null) return [];
  return header.split(',').flatMap((entry) => {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const written = parameters.find((parameter) => parameter.startsWith('dur='));
    const duration = Number(written?.slice(4) ?? 'none');
    return name !== '' && Number.isFinite(duration) ? [{ name, duration }] : [];
  });
}
