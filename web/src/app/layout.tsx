/** The document around the page: its type, its colours before the first paint, its name. */

import type { Metadata, Viewport } from 'next';
import type { JSX, ReactNode } from 'react';

import '@fontsource-variable/inter';
import './globals.css';

export const metadata: Metadata = {
  title: 'Salala',
  description: 'Chat with your people, in real time.',
  applicationName: 'Salala',
  manifest: '/manifest.webmanifest',
  icons: {
    icon: [{ url: '/icons/icon.svg', type: 'image/svg+xml' }],
    apple: '/icons/apple-touch-icon.png',
  },
  appleWebApp: { capable: true, title: 'Salala', statusBarStyle: 'default' },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  interactiveWidget: 'resizes-content',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f7f9' },
    { media: '(prefers-color-scheme: dark)', color: '#0f1216' },
  ],
};

/** Before anything is painted, so that a dark page never flashes white. Its hash is in the policy. */
const THEME = `try{var t=localStorage.getItem('salala.theme')}catch(e){}
var d=t==='dark'||(t!=='light'&&matchMedia('(prefers-color-scheme: dark)').matches);
document.documentElement.dataset.theme=d?'dark':'light'`;

export default function Layout({ children }: { children: ReactNode }): JSX.Element {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: THEME }} />
      </head>
      <body>
        <noscript>Salala needs JavaScript.</noscript>
        {children}
      </body>
    </html>
  );
}
