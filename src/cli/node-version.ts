/** The oldest Node that the service and its commands are tested on. */
const OLDEST = 24;

/** Why Node `version` (as in `process.versions.node`) will not do, or undefined when it will. */
export function nodeFault(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= OLDEST) return undefined;
  return `Tensornest needs Node ${OLDEST} or newer, and this is Node ${version}. Install it, or: npm install node@${OLDEST}`;
}
