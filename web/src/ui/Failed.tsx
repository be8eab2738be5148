import { Button, Stack, Text } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Said } from './Said';

/** A page, or a part of one, that cannot be shown: why, and a way to try again. */
export function Failed({ error, reset }: { error: unknown; reset?: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack p="md" align="flex-start">
      <Text fw={600}>{t('problem.panel')}</Text>
      <Said error={error} />
      {reset && <Button onClick={reset}>{t('problem.again')}</Button>}
    </Stack>
  );
}

/** Bad data in one panel does not blank the page. */
export class Panel extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <Failed error={this.state.error} reset={() => this.setState({ error: null })} />;
  }
}
