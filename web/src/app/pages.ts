// The pages of the console, in the order of their links, with the keys that go there.
import {
  IconChecklist,
  IconDatabase,
  IconLayoutSidebar,
  IconPlayerPlay,
  IconRoute,
} from '@tabler/icons-react';

export const PAGES = [
  { to: '/work', name: 'nav.work', icon: IconChecklist, keys: 'g i' },
  { to: '/workspace', name: 'page.workspace', icon: IconLayoutSidebar, keys: 'g w' },
  { to: '/records', name: 'nav.records', icon: IconDatabase, keys: 'g c' },
  { to: '/runs', name: 'nav.runs', icon: IconRoute, keys: 'g r' },
  // What can be started are the published definitions.
  { to: '/start', name: 'page.start', icon: IconPlayerPlay, keys: 'g d' },
] as const;
