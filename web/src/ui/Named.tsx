import { List, Text } from '@mantine/core';

/** A heading and what stands under it; nothing where nothing does. */
export function Named({ words, names }: { words: string; names: string[] }) {
  if (names.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        {words}
      </Text>
      <List size="sm">
        {names.map((name) => (
          <List.Item key={name}>{name}</List.Item>
        ))}
      </List>
    </div>
  );
}
