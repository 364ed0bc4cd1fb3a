import { useEffect, useState } from 'preact/hooks';

const PLACE = 'tensornest.theme';
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

function kept(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(PLACE)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

/** Light, dark, or as the system has it. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(kept);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(PLACE, theme);
    } catch {
      // Forbidden: it holds until the page is closed.
    }
  }, [theme]);
  return [theme, setTheme];
}
