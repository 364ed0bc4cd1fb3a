#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { manifestJsonSchema } from '../model/package/package-manifest.js';

/** Editors find it through the `$schema` of each package's manifest. */
const SCHEMA_FILE = 'models/manifest.schema.json';

await writeFile(SCHEMA_FILE, JSON.stringify(manifestJsonSchema(), null, 2) + '\n');
process.stdout.write(`${SCHEMA_FILE} written\n`);
