// npm run licences: what runs in production, and under which licence; fails where one is not allowed.
import { ALLOWED_LICENCES, productionPackages } from './licences.ts';

const packages = productionPackages();
const refused = packages.filter(({ licence }) => !ALLOWED_LICENCES.includes(licence));
for (const { name, version, licence } of packages) process.stdout.write(`${licence.padEnd(30)} ${name}@${version}\n`);
const counts = Map.groupBy(packages, ({ licence }) => licence);
for (const [licence, of] of counts) process.stdout.write(`${String(of.length).padStart(4)} ${licence}\n`);
process.stdout.write(`${packages.length - refused.length} passed, ${refused.length} failed\n`);
process.exitCode = refused.length === 0 ? 0 : 1;
