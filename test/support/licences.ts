/** The licences that a package which runs in production may have, by their SPDX expressions: none asks anything of who uses it but its name. */
export const ALLOWED_LICENCES: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 AND MIT',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '(BSD-3-Clause AND Apache-2.0)',
  // Of data: the lists of licences themselves.
  'CC-BY-3.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
];
