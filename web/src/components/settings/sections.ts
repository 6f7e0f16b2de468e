/** The parts of the settings. */

import { Bell, CircleUserRound, Info, KeyRound, MonitorSmartphone, Palette } from 'lucide-react';

export const SECTIONS = [
  { name: 'profile', icon: CircleUserRound },
  { name: 'appearance', icon: Palette },
  { name: 'notifications', icon: Bell },
  { name: 'sessions', icon: MonitorSmartphone },
  { name: 'account', icon: KeyRound },
  { name: 'about', icon: Info },
] as const;

export type SectionName = (typeof SECTIONS)[number]['name'];

/** The part that an address names. */
export function sectionNamed(name: string | null): SectionName | null {
  return SECTIONS.find((section) => section.name === name)?.name ?? null;
}
