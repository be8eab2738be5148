// The pages of the console, in the order of their links, with the keys that go there. `asks`: what one must be allowed
// to ask for, for a link to be of use.
import {
  IconChecklist,
  IconChartBar,
  IconDatabase,
  IconLayoutKanban,
  IconLayoutSidebar,
  IconListSearch,
  IconPlayerPlay,
  IconRoute,
  IconSettings,
  IconSitemap,
} from '@tabler/icons-react';
import { may } from './may';
import type { Me } from './session';

type PageLink = { to: string; name: string; icon: typeof IconRoute; keys: string; asks?: string };

/** Those that are of use to somebody; none to nobody. */
export function pagesOf(me: Pick<Me, 'grants' | 'deny'> | null | undefined) {
  return PAGES.filter((page) => me && (!('asks' in page) || may(me, page.asks)));
}

export const PAGES = [
  { to: '/work', name: 'nav.work', icon: IconChecklist, keys: 'g i' },
  { to: '/workspace', name: 'page.workspace', icon: IconLayoutSidebar, keys: 'g w' },
  { to: '/records', name: 'nav.records', icon: IconDatabase, keys: 'g c' },
  { to: '/runs', name: 'nav.runs', icon: IconRoute, keys: 'g r' },
  { to: '/board', name: 'nav.board', icon: IconLayoutKanban, keys: 'g k' },
  { to: '/overview', name: 'nav.overview', icon: IconChartBar, keys: 'g o', asks: 'analytics.view' },
  // What can be started are the published definitions.
  { to: '/start', name: 'page.start', icon: IconPlayerPlay, keys: 'g d' },
  { to: '/definitions', name: 'nav.definitions', icon: IconSitemap, keys: 'g b' },
  { to: '/log', name: 'nav.log', icon: IconListSearch, keys: 'g l', asks: 'audit.read' },
  { to: '/admin', name: 'nav.admin', icon: IconSettings, keys: 'g a', asks: 'people.manage' },
] as const satisfies readonly PageLink[];
