// The pages of the console, in the order of their links, with the keys that go there.
import { IconChecklist, IconDatabase, IconRoute } from '@tabler/icons-react';

export const PAGES = [
  { to: '/work', name: 'nav.work', icon: IconChecklist, keys: 'g i' },
  { to: '/records', name: 'nav.records', icon: IconDatabase, keys: 'g d' },
  { to: '/runs', name: 'nav.runs', icon: IconRoute, keys: 'g r' },
] as const;
