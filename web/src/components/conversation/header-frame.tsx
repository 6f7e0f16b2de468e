/** The bar above a conversation. */

'use client';

import { ArrowLeft } from 'lucide-react';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { IconButton } from '@/components/ui/icon-button';
import { navigate } from '@/store/route';

/** The bar itself, with the way back that a phone needs. */
export function HeaderFrame({ children }: { children?: ReactNode }): JSX.Element {
  const { t } = useTranslation();
  return (
    <header className="bg-surface border-line flex h-16 shrink-0 items-center gap-1 border-b px-2 md:px-4">
      <IconButton
        icon={ArrowLeft}
        label={t('conversations.back')}
        className="md:hidden!"
        onClick={() => {
          navigate({});
        }}
      />
      {children}
    </header>
  );
}
