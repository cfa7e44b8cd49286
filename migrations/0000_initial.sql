CREATE TABLE `days` (
	`day` text PRIMARY KEY NOT NULL,
	`created` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `generations` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`prompt` text NOT NULL,
	`model` text DEFAULT 'truefusion-pro' NOT NULL,
	`status` text DEFAULT 'queued' NOT NULL,
	`output_url` text,
	`outputs` text DEFAULT '[]' NOT NULL,
	`options` text DEFAULT '{}' NOT NULL,
	`error` text,
	`favorite` integer DEFAULT false NOT NULL,
	`share_token` text,
	`share_prompt` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`completed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `generations_share_token_unique` ON `generations` (`share_token`);--> statement-breakpoint
CREATE INDEX `generations_by_user` ON `generations` (`user_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`plan` text DEFAULT 'free' NOT NULL,
	`created_at` integer NOT NULL,
	`session_epoch` integer DEFAULT 0 NOT NULL,
	`suspended_at` integer,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);