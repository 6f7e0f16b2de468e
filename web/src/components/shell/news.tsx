/** What comes in while the page is open: heard, announced, told by the system, and counted in the title. */

import type { JSX } from 'react';

import { useNews } from '@/hooks/use-news';
import { useTitle } from '@/hooks/use-title';

export function News(): JSX.Element {
  useTitle();
  const announced = useNews();
  return (
    <div aria-live="polite" className="sr-only">
      {announced}
    </div>
  );
}
