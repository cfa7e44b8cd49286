CREATE TABLE `operator_actions` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`who` text NOT NULL,
	`action` text NOT NULL,
	`target` text
);
--> statement-breakpoint
CREATE INDEX `operator_actions_by_time` ON `operator_actions` (`at`,`id`);--> statement-breakpoint
CREATE TABLE `operator_counts` (
	`hour` integer NOT NULL,
	`name` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`hour`, `name`)
);
--> statement-breakpoint
CREATE TABLE `refused_webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`verdict` text NOT NULL,
	`generation_id` text
);
--> statement-breakpoint
CREATE INDEX `refused_webhooks_by_time` ON `refused_webhooks` (`at`,`id`);--> statement-breakpoint
CREATE TABLE `studio_state` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `generations_in_flight` ON `generations` (`created_at`) WHERE status = 'queued' or status = 'processing';--> statement-breakpoint
CREATE INDEX `generations_failed` ON `generations` (`completed_at`) WHERE status = 'failed';