CREATE TABLE `oauth_entries` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`metadata` text,
	`expires_at` integer
);
--> statement-breakpoint
CREATE INDEX `oauth_entries_by_expiry` ON `oauth_entries` (`expires_at`);