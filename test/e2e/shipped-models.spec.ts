import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

/** A Chinstrap of the data set. */
const BIRD = {
  island: 'Dream',
  beak_length_mm: 49.3,
  beak_depth_mm: 19.9,
  flipper_length_mm: 203,
  body_mass_g: 4050,
  sex: 'MALE',
};
/** What a caller may leave out, and what then stands in. */
const STAND_INS = {
  beak_length_mm: 45.1,
  beak_depth_mm: 17.3,
  flipper_length_mm: 197,
  body_mass_g: 4050,
  sex: 'FEMALE',
};

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

const identify = (...inputs: unknown[]) => service.post('/api/v1/models/penguins/predict', { inputs });
const answersFor = async (...inputs: unknown[]) => {
  const { status, body } = await identify(...inputs);
  expect(status).toBe(200);
  return body.results;
};

describe('the models that ship with the project', () => {
  it('are served side by side, and car-evaluation 2.0.0 is the default', async () => {
    const { body } = await service.get('/api/v1/models');
    expect(body.models.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['car-evaluation', 'penguins']),
    );
    const cars = await service.predict([ARTICLE_ROW]);
    expect(cars.body).toMatchObject({ model: 'car-evaluation', version: '2.0.0', results: [{ label: 'acc' }] });
    const birds = await identify(BIRD);
    expect(birds.body).toMatchObject({ model: 'penguins', version: '1.0.0', results: [{ label: 'Chinstrap' }] });
  });

  it('tell each species by a typical bird', async () => {
    const adelie = { ...BIRD, island: 'Torgersen', beak_length_mm: 38.8, beak_depth_mm: 18.3, flipper_length_mm: 190 };
    const gentoo = { ...BIRD, island: 'Biscoe', beak_length_mm: 47.5, beak_depth_mm: 15, flipper_length_mm: 217 };
    const answers = await answersFor({ ...adelie, body_mass_g: 3700 }, BIRD, { ...gentoo, body_mass_g: 5100 });
    expect(answers.map(({ label }: { label: string }) => label)).toEqual(['Adelie', 'Chinstrap', 'Gentoo']);
  });
});

describe('penguins', () => {
  it.each(Object.entries(STAND_INS))('take a null %s, or none, as %j', async (name, value) => {
    const { [name as keyof typeof BIRD]: _, ...without } = BIRD;
    const [stoodIn, isNull, isAbsent] = await answersFor(
      { ...BIRD, [name]: value },
      { ...BIRD, [name]: null },
      without,
    );
    expect(isNull).toEqual(stoodIn);
    expect(isAbsent).toEqual(stoodIn);
  });

  it('answer for a bird of which only the island is known', async () => {
    const [bare, stoodIn] = await answersFor({ island: 'Biscoe' }, { island: 'Biscoe', ...STAND_INS });
    expect(bare).toEqual(stoodIn);
  });

  it('take numbers at their limits', async () => {
    const smallest = { beak_length_mm: 25, beak_depth_mm: 10, flipper_length_mm: 140, body_mass_g: 1500 };
    const largest = { beak_length_mm: 70, beak_depth_mm: 30, flipper_length_mm: 270, body_mass_g: 9000 };
    expect(await answersFor({ ...BIRD, ...smallest }, { ...BIRD, ...largest })).toHaveLength(2);
  });

  it.each([
    [{ beak_length_mm: 24.9 }, '/inputs/0/beak_length_mm', 'out-of-range', 'must be at least 25'],
    [{ beak_depth_mm: 30.1 }, '/inputs/0/beak_depth_mm', 'out-of-range', 'must be at most 30'],
    [{ flipper_length_mm: 20.3 }, '/inputs/0/flipper_length_mm', 'out-of-range', 'must be at least 140'],
    [{ body_mass_g: 9001 }, '/inputs/0/body_mass_g', 'out-of-range', 'must be at most 9000'],
    [{ body_mass_g: '4050' }, '/inputs/0/body_mass_g', 'wrong-type', 'must be a finite JSON number'],
    [{ island: null }, '/inputs/0/island', 'null', 'must not be null'],
    [{ beak_lenght_mm: 40 }, '/inputs/0/beak_lenght_mm', 'unknown-field', 'did you mean "beak_length_mm"?'],
  ])('refuse %j and say why', async (change, pointer, code, message) => {
    const { status, body } = await identify({ ...BIRD, ...change });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      expect.objectContaining({ pointer, code, message: expect.stringContaining(message) }),
    ]);
  });

  it('are documented with their ranges, units and stand-ins', async () => {
    const { body } = await service.get('/api/v1/openapi.json');
    const row = Object.entries<any>(body.components.schemas).find(([, { properties }]) => properties?.beak_length_mm)!;
    const { beak_length_mm: beak } = row[1].properties;
    expect(beak).toMatchObject({ minimum: 25, maximum: 70, default: 45.1, example: 49.3 });
    expect(beak.description).toMatch(/Unit: mm\.$/);
    expect(row[1].required).toEqual(['island']);
  });

  it('have golden records with gaps and with numbers at their limits', async () => {
    const { records } = JSON.parse(await readFile('models/penguins/1.0.0/golden.json', 'utf8'));
    const inputs: Record<string, unknown>[] = records.map(({ input }: { input: unknown }) => input);
    for (const name of Object.keys(STAND_INS)) {
      expect(inputs.some((input) => input[name] === null)).toBe(true);
    }
    expect(inputs.map(({ body_mass_g }) => body_mass_g)).toEqual(expect.arrayContaining([1500, 9000]));
  });
});
