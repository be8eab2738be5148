import {
  IconArrowsSplit,
  IconBolt,
  IconCheckbox,
  IconClock,
  IconDatabase,
  IconDatabaseEdit,
  IconFlag,
  IconForms,
  IconLink,
  IconPlugConnected,
  IconSitemap,
  IconSparkles,
  IconSquareRounded,
  IconUrgent,
} from '@tabler/icons-react';

const ICONS: Record<string, typeof IconBolt> = {
  task: IconCheckbox,
  decision: IconArrowsSplit,
  get_data: IconDatabase,
  load_related: IconLink,
  update_data: IconDatabaseEdit,
  action: IconBolt,
  mcp: IconPlugConnected,
  ai: IconSparkles,
  journey: IconForms,
  wait: IconClock,
  workflow: IconSitemap,
  escalate: IconUrgent,
  end: IconFlag,
};

/** The sign of a kind of step; its name stands beside it. */
export function KindIcon({ kind }: { kind: string }) {
  const Icon = ICONS[kind] ?? IconSquareRounded;
  return <Icon size={18} aria-hidden style={{ flexShrink: 0 }} />;
}
