const UNITS = ['B', 'KiB', 'MiB', 'GiB'];
const STEP = 1024;

/** A size for people, such as `14.3 KiB`. */
export function bytesText(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(STEP)));
  return unit === 0 ? `${bytes} B` : `${(bytes / STEP ** unit).toFixed(1)} ${UNITS[unit]}`;
}
