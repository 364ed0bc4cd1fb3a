import request from 'supertest';
import { describe, expect, it } from 'vitest';
import {
  addVersion,
  answering,
  begin,
  CARS,
  end,
  restart,
  ROLLOUT,
  service,
  setUp,
  start,
  stateOf,
  status,
} from '../support/rollout-service.js';

setUp();

describe('a request for a rollout', () => {
  const GOOD = { candidate: '1.0.0', mode: 'shadow' };

  it.each<[string, unknown, [string, string][]]>([
    [
      'nothing',
      {},
      [
        ['/candidate', 'required'],
        ['/mode', 'required'],
      ],
    ],
    ['no exact version', { ...GOOD, candidate: 'stable' }, [['/candidate', 'wrong-type']]],
    ['an unknown mode', { ...GOOD, mode: 'blue-green' }, [['/mode', 'not-allowed']]],
    ['no share', { ...GOOD, percent: 0 }, [['/percent', 'out-of-range']]],
    ['too large a share', { ...GOOD, percent: 101 }, [['/percent', 'out-of-range']]],
    ['a share in words', { ...GOOD, percent: '5' }, [['/percent', 'wrong-type']]],
    ['no name of a header', { ...GOOD, stickyHeader: 'x user' }, [['/stickyHeader', 'not-allowed']]],
    ['a gate that is none', { ...GOOD, gate: 7 }, [['/gate', 'wrong-type']]],
    ['a list of gates', { ...GOOD, gate: [] }, [['/gate', 'wrong-type']]],
    [
      'bad thresholds',
      { ...GOOD, gate: { minRows: 1.5, minAgreement: 2, maxErrorRate: -1, maxLatencyRatio: 0 } },
      [
        ['/gate/minRows', 'wrong-type'],
        ['/gate/minAgreement', 'out-of-range'],
        ['/gate/maxErrorRate', 'out-of-range'],
        ['/gate/maxLatencyRatio', 'out-of-range'],
      ],
    ],
    ['an unknown threshold', { ...GOOD, gate: { minrows: 1 } }, [['/gate/minrows', 'unknown-field']]],
    ['an unknown field', { ...GOOD, share: 1 }, [['/share', 'unknown-field']]],
    [
      'unknown ends',
      { ...GOOD, onPass: 'ship', onFail: null },
      [
        ['/onPass', 'not-allowed'],
        ['/onFail', 'not-allowed'],
      ],
    ],
  ])('with %s is refused with every problem', async (_, body, problems) => {
    await start('2.0.0');
    const answer = await begin(body);
    expect(answer.status).toBe(400);
    const found = answer.body.errors.map(({ pointer, code }: any) => [pointer, code]);
    expect(found.sort()).toEqual(problems.sort());
    expect(await stateOf('1.0.0')).toBe('available');
  });

  it('is refused by name where it cannot begin, and changes nothing', async () => {
    await addVersion('3.0.0', '2.0.0', ({ signature }) => {
      signature.features[0].missing = { policy: 'default', value: 'low' };
    });
    await addVersion('4.0.0', '2.0.0', ({ files }) => {
      files[0].sha256 = '0'.repeat(64);
    });
    await start('2.0.0');
    const refusal = async (candidate: string, path = ROLLOUT) => {
      const { status: code, body } = await service.post(path, { candidate, mode: 'shadow' });
      return [code, body.type, body.detail];
    };
    expect(await refusal('2.0.0')).toEqual([409, '/problems/candidate-is-current', expect.stringContaining('already')]);
    expect(await refusal('9.9.9')).toEqual([404, '/problems/unknown-version', expect.any(String)]);
    const nobody = '/api/v1/models/nobody/rollout';
    expect(await refusal('1.0.0', nobody)).toEqual([404, '/problems/unknown-model', expect.any(String)]);
    expect(await refusal('3.0.0')).toEqual([
      422,
      '/problems/incompatible-signature',
      expect.stringContaining('feature "buying": a missing value is refused in the first, replaced in the second'),
    ]);
    expect(await refusal('4.0.0')).toEqual([422, '/problems/digest-mismatch', expect.any(String)]);
    expect(await stateOf('3.0.0')).toBe('available');
    expect(await answering()).toBe('2.0.0');
    const none = await Promise.all([service.get(ROLLOUT), end(), service.get(nobody)]);
    expect(none.map(({ body }) => body.type)).toEqual([
      '/problems/no-rollout',
      '/problems/no-rollout',
      '/problems/unknown-model',
    ]);
  });

  it('is refused while another one is running, and so is what would pull a version out from under it', async () => {
    await addVersion('2.1.0', '2.0.0');
    await start('2.0.0');
    const both = await Promise.all([begin(GOOD), begin({ candidate: '2.1.0', mode: 'canary' })]);
    expect(both.map(({ status: code }) => code).sort()).toEqual([201, 409]);
    const post = (what: string) => request(service.url).post(`${CARS}/versions/${what}`);
    const { candidate } = await status();
    const other = candidate === '1.0.0' ? '2.1.0' : '1.0.0';
    const refused = await Promise.all([
      begin({ candidate: other, mode: 'shadow' }),
      post(`${candidate}/unload`),
      post('2.0.0/unload'),
      post(`${other}/activate`),
      request(service.url).delete(`${CARS}/active`),
    ]);
    for (const { status: code, body } of refused) {
      expect([code, body.type]).toEqual([409, '/problems/rollout-in-progress']);
      expect(body.detail).toContain('DELETE');
    }
    expect([await answering(), (await status()).state]).toEqual(['2.0.0', 'running']);
  });

  it('is for operators only', async () => {
    await restart({ ADMIN_API: 'false' });
    const answers = await Promise.all([begin(GOOD), service.get(ROLLOUT), end()]);
    expect(answers.map(({ status: code }) => code)).toEqual([404, 404, 404]);
  });

  it('stands in the OpenAPI document with its defaults', async () => {
    await start('2.0.0');
    const { body } = await service.get('/api/v1/openapi.json');
    expect(Object.keys(body.paths['/api/v1/models/{name}/rollout'])).toEqual(['post', 'get', 'delete']);
    const { GateRequest } = body.components.schemas;
    const defaults = Object.entries<any>(GateRequest.properties).map(([name, property]) => [name, property.default]);
    expect(Object.fromEntries(defaults)).toEqual({
      minRows: 1_000,
      minAgreement: 0.98,
      maxErrorRate: 0.001,
      maxLatencyRatio: 1.5,
      minLabels: 0,
    });
  });
});
