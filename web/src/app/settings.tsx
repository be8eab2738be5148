// What a person set for this device: how times are shown, whether keys are shortcuts, and whether it shows notices.
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

export type TimeStyle = 'relative' | 'local' | 'utc';
type Kept = { times: TimeStyle; shortcuts: boolean; notify: boolean };
type Settings = Kept & { change: (next: Partial<Kept>) => void };

const NAME = 'holdfast-settings';
const DEFAULTS: Kept = { times: 'relative', shortcuts: true, notify: false };

function kept(): Kept {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Kept>) };
  } catch {
    return DEFAULTS;
  }
}

const Context = createContext<Settings>({ ...DEFAULTS, change: () => undefined });

export function SettingsProvider({ children }: { children: ReactNode }) {
  const [value, setValue] = useState(kept);
  const settings = useMemo<Settings>(
    () => ({
      ...value,
      change: (next) => {
        const changed = { ...value, ...next };
        localStorage.setItem(NAME, JSON.stringify(changed));
        setValue(changed);
      },
    }),
    [value],
  );
  return <Context value={settings}>{children}</Context>;
}

export function useSettings(): Settings {
  return useContext(Context);
}
