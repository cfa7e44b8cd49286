/** The first letter of the user's address. */
export function Avatar({ email }: { email: string }) {
  return (
    <span
      class="grid size-8 flex-none place-content-center rounded-full bg-accent-soft text-sm font-semibold text-accent"
      aria-hidden="true"
      data-avatar
    >
      {email.charAt(0).toUpperCase()}
    </span>
  );
}
