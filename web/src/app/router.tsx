// Every page and its address. Filters are part of the address; a page's code is loaded when it is opened.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { Failed } from '@/ui/Failed';
import { Shell } from './Shell';

const root = createRootRoute({ component: Shell, errorComponent: Failed });

/** Filters as they stand in the address: texts by name, whatever else somebody typed is left out. */
function texts(search: Record<string, unknown>): Record<string, string> {
  const known = Object.entries(search).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  );
  return Object.fromEntries(known.map(([key, value]) => [key, String(value)]));
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/work' });
  },
});

const work = createRoute({
  getParentRoute: () => root,
  path: '/work',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/work/WorkPage')),
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/runs/RunsPage')),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/run/RunPage')),
});

const replay = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run/replay',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/run/replay/ReplayPage')),
});

const admin = createRoute({
  getParentRoute: () => root,
  path: '/admin',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/admin/AdminPage')),
});

const board = createRoute({
  getParentRoute: () => root,
  path: '/board',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/board/BoardPage')),
});

const lead = createRoute({
  getParentRoute: () => root,
  path: '/overview',
  component: lazyRouteComponent(() => import('@/features/lead/LeadPage')),
});

const log = createRoute({
  getParentRoute: () => root,
  path: '/log',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/log/LogPage')),
});

const records = createRoute({
  getParentRoute: () => root,
  path: '/records',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/records/RecordsPage')),
});

const record = createRoute({
  getParentRoute: () => root,
  path: '/records/$collection/$record',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/records/RecordPage')),
});

const start = createRoute({
  getParentRoute: () => root,
  path: '/start',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/start/StartPage')),
});

const workspace = createRoute({
  getParentRoute: () => root,
  path: '/workspace',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/records/WorkspacePage')),
});

const definitions = createRoute({
  getParentRoute: () => root,
  path: '/definitions',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/builder/DefinitionsPage')),
});

const definition = createRoute({
  getParentRoute: () => root,
  path: '/definitions/$key',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('@/features/builder/BuilderPage')),
});

const notifications = createRoute({
  getParentRoute: () => root,
  path: '/notifications',
  component: lazyRouteComponent(() => import('@/features/notifications/NotificationsPage')),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    work,
    runs,
    run,
    replay,
    admin,
    board,
    lead,
    log,
    records,
    record,
    start,
    workspace,
    definitions,
    definition,
    notifications,
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: Failed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
