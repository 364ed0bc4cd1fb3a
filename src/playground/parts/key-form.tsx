import { useState } from 'preact/hooks';

interface KeyProps {
  /** Why the one that was given was not let in; null before one was. */
  readonly refused: string | null;
  readonly onKey: (key: string) => void;
}

/** Asks for a key. It is kept as long as the page is open: in no storage, and in no address. */
export function KeyForm({ refused, onKey }: KeyProps) {
  const [key, setKey] = useState('');
  return (
    <form
      class="card key"
      aria-labelledby="key-title"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() !== '') onKey(key.trim());
      }}
    >
      <h2 id="key-title">This service asks for a key</h2>
      <label for="key">Key</label>
      <input
        id="key"
        type="password"
        autocomplete="off"
        value={key}
        aria-describedby="key-about"
        aria-invalid={refused !== null}
        onInput={(event) => {
          setKey(event.currentTarget.value);
        }}
      />
      <p id="key-about" class="about">
        Kept in the memory of this page only. A reload forgets it.
      </p>
      {refused === null ? null : (
        <p class="problem" role="alert">
          This key was not let in. {refused}
        </p>
      )}
      <button type="submit" class="primary">
        Use key
      </button>
    </form>
  );
}
