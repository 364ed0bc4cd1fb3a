import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../src/core/signature.js';
import { RowEncoder } from '../../src/encoding/row-encoder.js';
import { allCarRows } from '../support/car-rows.js';
import { readTabularPackage } from '../support/tabular.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const REF = { name: 'car-evaluation', version: '2.0.0' };
const ROWS = allCarRows().filter((_, index) => index % 35 === 0);
const NAMES = Object.keys(ARTICLE_ROW);

const column = (rows: readonly Row[], name: string) => ({
  name,
  shape: [rows.length],
  datatype: 'BYTES',
  data: rows.map((row) => String(row[name])),
});
const columns = (rows: readonly Row[]) => ({ inputs: NAMES.map((name) => column(rows, name)) });

// Both ways of running: looked up in a table, and by the model itself.
describe.each([{ TABULATE: 'auto' }, { TABULATE: 'off' }])('the same rows through every door, %o', (env) => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp(env);
  });
  afterAll(() => service.close());

  const ask = async (path: string, body: object): Promise<any> => {
    const response = await service.post(path, body);
    expect([response.status, response.text]).toEqual([200, expect.anything()]);
    return response.body;
  };
  const exact = async (): Promise<number[]> =>
    (await ask('/v2/models/car-evaluation/infer', columns(ROWS))).outputs[0].data;

  it('give the same probabilities, to the last bit that the format carries', async () => {
    const probabilities = await exact();
    expect(probabilities).toHaveLength(4 * ROWS.length);

    const { results } = await ask('/api/v1/predict', { inputs: ROWS });
    const native = results.flatMap((result: any) => Object.values<number>(result.probabilities));
    expect(native).toEqual(probabilities.map((value) => Math.round(value * 1e6) / 1e6));

    const { predictions } = await ask('/v1/models/car-evaluation:predict', { instances: ROWS });
    expect(predictions.flatMap((row: any) => row.probabilities.map(Math.fround))).toEqual(probabilities);

    const { outputs } = await ask('/v1/models/car-evaluation:predict', {
      inputs: Object.fromEntries(NAMES.map((name) => [name, ROWS.map((row) => row[name])])),
    });
    expect(outputs.probabilities.flat().map(Math.fround)).toEqual(probabilities);

    const classified = await ask('/v1/models/car-evaluation:classify', { examples: ROWS });
    expect(classified.results.flat().map(([, score]: [string, number]) => Math.fround(score))).toEqual(probabilities);
  });

  it('also as the encoded matrix', async () => {
    const { manifest } = await readTabularPackage('models/car-evaluation/2.0.0', REF);
    const { data, width } = new RowEncoder(manifest.signature).encode(ROWS)!;
    const matrix = { name: 'encoded', shape: [ROWS.length, width], datatype: 'FP32', data: [...data] };
    const { outputs } = await ask('/v2/models/car-evaluation/infer', { inputs: [matrix] });
    expect(outputs[0].data).toEqual(await exact());
  });

  it('give the same problems when they are bad', async () => {
    const bad = [ROWS[0]!, { ...ROWS[1], buying: 'hihg', doors: '7' }, { ...ROWS[2], safety: '' }];
    const native = (await service.predict(bad)).body.errors;
    const open = (await service.post('/v2/models/car-evaluation/infer', columns(bad))).body.details;
    const serving = (await service.post('/v1/models/car-evaluation:predict', { instances: bad })).body.details;
    const plain = (problems: { code: string; message: string }[]) =>
      problems.map(({ code, message }) => ({ code, message }));
    expect(native).toHaveLength(3);
    expect(plain(open)).toEqual(plain(native));
    expect(plain(serving)).toEqual(plain(native));
  });
});
