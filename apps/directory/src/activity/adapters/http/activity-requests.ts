import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { ACTIVITY_PAGE_MAX, type ActivityOutcome } from '../../application/activity-log.js';

const OUTCOMES: readonly ActivityOutcome[] = ['applied', 'rejected', 'cancelled', 'expired', 'failed'];

/** The query of a URL: everything is text at first. */
export class ActivityParameters {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(ACTIVITY_PAGE_MAX)
  limit = 50;

  /** `next` of the page before. */
  @IsOptional()
  @IsUUID()
  before?: string;

  /** SCIM `id`. */
  @IsOptional()
  @IsUUID()
  resource?: string;

  @IsOptional()
  @IsIn(OUTCOMES)
  outcome?: ActivityOutcome;

  @IsOptional()
  @IsIn(['true', 'false'])
  warnings?: 'true' | 'false';
}
