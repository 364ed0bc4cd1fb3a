/** Written into the file: one of a later format is not read. */
export const FORMAT = 2;

/** What makes the format that comes after it of each that there was. */
export const UPGRADES: Readonly<Record<number, string>> = {
  // Every prediction had a record of its own, which is what a record without members still is.
  1: 'ALTER TABLE prediction ADD COLUMN members BLOB',
};

/**
 * `prediction` holds records of answers (`kept-record.ts`), each by the 16 bytes of the id of its first prediction, which sort by time;
 * `outcome` the rows that have a label. `tally` is the sum of `outcome`, kept by triggers, so that reading it costs the same
 * however many labels there are. No inputs.
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS source (
  id INTEGER PRIMARY KEY,
  model TEXT NOT NULL, version TEXT NOT NULL, classes TEXT NOT NULL, caller TEXT NOT NULL,
  UNIQUE (model, version, classes, caller)
) STRICT;
CREATE TABLE IF NOT EXISTS prediction (
  id BLOB PRIMARY KEY, source INTEGER NOT NULL, answers BLOB NOT NULL, members BLOB
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outcome (
  prediction BLOB NOT NULL, row INTEGER NOT NULL, source INTEGER NOT NULL,
  predicted INTEGER NOT NULL, label INTEGER NOT NULL, bin INTEGER NOT NULL, confidence REAL NOT NULL,
  PRIMARY KEY (prediction, row)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (
  source INTEGER NOT NULL, predicted INTEGER NOT NULL, label INTEGER NOT NULL, bin INTEGER NOT NULL,
  rows INTEGER NOT NULL, confidence REAL NOT NULL,
  PRIMARY KEY (source, predicted, label, bin)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value BLOB) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS outcome_added AFTER INSERT ON outcome BEGIN
  INSERT INTO tally VALUES (new.source, new.predicted, new.label, new.bin, 1, new.confidence)
  ON CONFLICT DO UPDATE SET rows = rows + 1, confidence = confidence + excluded.confidence;
END;
CREATE TRIGGER IF NOT EXISTS outcome_taken AFTER DELETE ON outcome BEGIN
  UPDATE tally SET rows = rows - 1, confidence = confidence - old.confidence
  WHERE source = old.source AND predicted = old.predicted AND label = old.label AND bin = old.bin;
END;
PRAGMA user_version = ${FORMAT};
`;

/** Readers do not wait for the writer, and a process that is killed leaves nothing half written behind. */
export const SETTINGS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 8388608;
PRAGMA foreign_keys = OFF;
`;
