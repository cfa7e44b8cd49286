import type { ComponentChildren } from "preact";
import imageOff from "lucide-static/icons/image-off.svg?raw";
import images from "lucide-static/icons/images.svg?raw";
import searchX from "lucide-static/icons/search-x.svg?raw";
import wifiOff from "lucide-static/icons/wifi-off.svg?raw";
import type { TroubleCode } from "../api/result.ts";
import { isFiltered, NO_FILTERS, writeFilters } from "../studio/filters.ts";
import type { List } from "../studio/image-list.ts";
import type { Router } from "../browser/router.ts";
import type { Studio } from "../studio/studio.ts";
import { making } from "../text/create.ts";
import { later } from "../text/sign-in.ts";
import { pictureText } from "../text/gallery.ts";
import { told } from "../text/errors.ts";
import { Icon } from "../ui/icon.tsx";

/** The pictures could not be asked for, and this is why. */
export function Unreached({ code, tryAgain }: { code: TroubleCode; tryAgain: () => void }) {
  const offline = code === "offline";
  return (
    <Invitation
      alert
      icon={offline ? wifiOff : imageOff}
      title={offline ? pictureText.offline : making.loadFailed}
      why={offline ? pictureText.offlineWhy : told.notLoaded(code)}
    >
      <button type="button" class="button filled" onClick={tryAgain}>
        {making.tryAgain}
      </button>
    </Invitation>
  );
}

/** Why nothing is shown, and the way on. */
export function GalleryEmpty({ list, router }: { list: List; router: Router }) {
  const { filters, state, problem } = list;
  if (state.value === "failed" && problem.value) {
    return <Unreached code={problem.value.code} tryAgain={() => void list.more()} />;
  }
  if (!isFiltered(filters)) {
    return (
      <Invitation icon={images} title={pictureText.empty} why={pictureText.emptyWhy}>
        <a href="/" class="button filled">
          {pictureText.start}
        </a>
      </Invitation>
    );
  }
  const onlySearch = filters.q !== "" && !isFiltered({ ...filters, q: "" });
  const onlyStatus = !isFiltered({ ...filters, status: NO_FILTERS.status });
  const [title, why] = onlySearch
    ? [pictureText.nothingFound(filters.q), pictureText.nothingFoundWhy]
    : onlyStatus
      ? [pictureText.noneOfStatus, pictureText.noneOfStatusWhy]
      : [pictureText.tooNarrow, pictureText.tooNarrowWhy];
  return (
    <Invitation icon={searchX} title={title} why={why}>
      <button
        type="button"
        class="button plain"
        onClick={() => router.go(`/gallery${writeFilters(NO_FILTERS)}`)}
      >
        {onlySearch ? pictureText.clearSearch : pictureText.clearAll}
      </button>
    </Invitation>
  );
}

export function SignInInvitation({ studio }: { studio: Studio }) {
  return (
    <Invitation icon={images} title={pictureText.signIn} why={pictureText.emptyWhy}>
      <button
        type="button"
        class="button filled"
        onClick={() => {
          studio.signingIn.value = "asked";
        }}
      >
        {later.signIn}
      </button>
    </Invitation>
  );
}

type InvitationProps = {
  icon: string;
  title: string;
  why: string;
  alert?: boolean;
  children: ComponentChildren;
};

function Invitation({ icon, title, why, alert, children }: InvitationProps) {
  return (
    <div class="invitation" role={alert ? "alert" : undefined}>
      <Icon svg={icon} />
      <h2>{title}</h2>
      <p>{why}</p>
      {children}
    </div>
  );
}
