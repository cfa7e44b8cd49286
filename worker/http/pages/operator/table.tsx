/** In a narrow window it scrolls inside itself. `stacks`: instead, each row becomes a block without the column names. */
export function Table({ label, head, rows, stacks = false }: TableProps) {
  return (
    <section class="table" tabindex={0} aria-label={label}>
      <table class={stacks ? "stacks" : ""}>
        <thead>
          <tr>
            {head.map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {cells.map((cell) => (
                <td>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type TableProps = { label: string; head: string[]; rows: unknown[][]; stacks?: boolean };

/** To the minute, UTC. */
export function Time({ at }: { at: number }) {
  const iso = new Date(at).toISOString();
  return <time datetime={iso}>{iso.slice(0, 16).replace("T", " ")}</time>;
}
