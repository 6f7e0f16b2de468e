/** The one page. */

import type { JSX } from 'react';

import { Root } from '@/components/root';

export default function Page(): JSX.Element {
  return <Root />;
}
