CREATE TABLE `counted_generations` (
	`day` text NOT NULL,
	`generation_id` text NOT NULL,
	PRIMARY KEY(`day`, `generation_id`)
);
--> statement-breakpoint
ALTER TABLE `generations` ADD `updated_at` integer DEFAULT 0 NOT NULL;