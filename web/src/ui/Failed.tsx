import { Button, Stack, Text, Title } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Said } from './Said';

type Props = { error: unknown; reset?: () => void; whole?: boolean };

/** A `whole` page, or a part of one, that cannot be shown: why, and a way to try again. */
export function Failed({ error, reset, whole = false }: Props) {
  const { t } = useTranslation();
  return (
    <Stack p="md" align="flex-start">
      {whole ? (
        <Title order={1} size="h4">
          {t('problem.panel')}
        </Title>
      ) : (
        <Text fw={600}>{t('problem.panel')}</Text>
      )}
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
