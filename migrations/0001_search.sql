ALTER TABLE `generations` ADD `prompt_folded` text;--> statement-breakpoint
CREATE INDEX `generations_by_model` ON `generations` (`user_id`,`model`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `generations_by_favorite` ON `generations` (`user_id`,`created_at`,`id`) WHERE favorite = 1;--> statement-breakpoint
-- Plain ASCII prompts with single spaces only: for these, lower() gives the same result as foldText. The Worker folds the
-- others when it reads them.
UPDATE `generations` SET `prompt_folded` = lower(`prompt`) WHERE `prompt` NOT GLOB '*[^ -~]*' AND instr(`prompt`, '  ') = 0;
