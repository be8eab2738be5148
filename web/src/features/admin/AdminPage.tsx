import { Grid, NavLink, Stack, Text, Title } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { may } from '@/app/may';
import { useSession } from '@/app/session';
import { Waiting } from '@/ui/Waiting';
import { useCell, useReady } from './hooks';
import { Register } from './Register';
import { SECTIONS } from './sections';
import './words';

const HEALTH = 'health';

/** What an administrator looks after, each register by itself; which one stands in the address. */
export default function AdminPage() {
  const { t } = useTranslation();
  const me = useSession().data?.user;
  const { of } = useSearch({ from: '/admin' }) as { of?: string };
  const mine = SECTIONS.filter((section) => me && may(me, section.asks));
  const section = of === HEALTH ? undefined : (mine.find((each) => each.id === of) ?? mine[0]);
  const ids = [...mine.map((each) => each.id), HEALTH];
  const here = section?.id ?? HEALTH;
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        {t('nav.admin')}
      </Title>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, sm: 3, lg: 2 }}>
          <nav aria-label={t('nav.admin')}>
            {ids.map((id) => (
              <NavLink
                key={id}
                label={t(`admin.section.${id}`)}
                active={id === here}
                renderRoot={(props) => <Link to="/admin" search={{ of: id }} {...props} />}
              />
            ))}
          </nav>
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 9, lg: 10 }}>
          <Title order={2} size="h4" mb="sm">
            {t(`admin.section.${here}`)}
          </Title>
          {section ? <Register key={section.id} section={section} /> : <Health />}
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** Whether the parts behind the API answer, as its own readiness says. */
function Health() {
  const { t } = useTranslation();
  const ready = useReady();
  const cell = useCell();
  if (ready.isError) return <Text c="red">{t('admin.away')}</Text>;
  if (!ready.data) return <Waiting size="sm" />;
  return (
    <Stack gap={4}>
      {Object.entries(ready.data).map(([name, value]) => (
        <Text key={name}>
          {name.replaceAll('_', ' ')}: {cell(value)}
        </Text>
      ))}
    </Stack>
  );
}
