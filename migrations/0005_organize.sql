CREATE TABLE `collection_items` (
	`collection_id` text NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`generation_id` text NOT NULL,
	PRIMARY KEY(`collection_id`, `user_id`, `created_at`, `generation_id`),
	FOREIGN KEY (`collection_id`) REFERENCES `collections`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`generation_id`) REFERENCES `generations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `collection_items_by_generation` ON `collection_items` (`generation_id`);--> statement-breakpoint
CREATE TABLE `collections` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`item_count` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `collections_by_user` ON `collections` (`user_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `presets` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`prompt` text,
	`model` text,
	`options` text DEFAULT '{}' NOT NULL,
	`style` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `presets_by_user` ON `presets` (`user_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `generations_by_share` ON `generations` (`user_id`,`created_at`,`id`) WHERE share_token is not null;--> statement-breakpoint
CREATE INDEX `generations_by_seed` ON `generations` (`user_id`,options ->> '$.seed',`created_at`,`id`) WHERE json_valid(options);