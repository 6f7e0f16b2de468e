/** What somebody sees who is not signed in. */

import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { RegisterForm } from '@/components/auth/register-form';
import { SignInForm } from '@/components/auth/sign-in-form';
import { Logo } from '@/components/ui/logo';
import { useWasEnded } from '@/hooks/use-session';

export function Welcome(): JSX.Element {
  const { t } = useTranslation();
  const [isNew, setIsNew] = useState(false);
  const wasEnded = useWasEnded();
  return (
    <main className="grid h-full place-items-center overflow-y-auto p-4">
      <div className="animate-rise flex w-full max-w-sm flex-col gap-6 py-6">
        <header className="flex flex-col items-center gap-3 text-center">
          <Logo className="size-14" />
          <div>
            <h1 className="text-xl font-semibold tracking-tight">
              {isNew ? t('auth.registerTitle') : t('auth.signInTitle')}
            </h1>
            <p className="text-muted">{t('app.tagline')}</p>
          </div>
        </header>
        <div className="bg-surface border-line shadow-soft flex flex-col gap-4 rounded-2xl border p-6">
          {wasEnded && (
            <p role="status" className="bg-warning-soft text-warning rounded-lg px-3 py-2 text-sm">
              {t('auth.ended')}
            </p>
          )}
          {isNew ? <RegisterForm /> : <SignInForm />}
          <button
            type="button"
            className="text-accent rounded-md py-1 text-sm font-medium hover:underline"
            onClick={() => {
              setIsNew(!isNew);
            }}
          >
            {isNew ? t('auth.toSignIn') : t('auth.toRegister')}
          </button>
        </div>
        <footer className="text-muted flex flex-col gap-1 text-center text-xs">
          {!isNew && <p>{t('auth.demo')}</p>}
          <a href="/docs" className="hover:underline">
            {t('auth.docs')}
          </a>
        </footer>
      </div>
    </main>
  );
}
