import { Spotlight } from '@mantine/spotlight';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

/** Ctrl+K: every page, by its name. */
export function Palette() {
  const { t } = useTranslation();
  const go = useNavigate();
  const actions = (['work', 'records', 'runs'] as const).map((page) => ({
    id: page,
    label: `${t('palette.goto')}: ${t(`nav.${page}`)}`,
    onClick: () => void go({ to: `/${page}` }),
  }));
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      nothingFound={t('palette.nothing')}
      searchProps={{ placeholder: t('palette.placeholder'), 'aria-label': t('palette.placeholder') }}
    />
  );
}
