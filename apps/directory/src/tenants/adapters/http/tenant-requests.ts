import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { SettingsChange } from '../../application/tenant-registry.js';
import { DOMAINS_MAX } from '../../domain/tenant.js';

/** The property may be left out; given as null it is refused like any other wrong value. */
const MayBeAbsent = (): PropertyDecorator => ValidateIf((_, value: unknown) => value !== undefined);
/** Null takes the value away. */
const NullRemoves = (): PropertyDecorator =>
  ValidateIf((_, value: unknown) => value !== undefined && value !== null);

const RATE_MAX = 1_000_000;

export class NotificationBody {
  @NullRemoves()
  @IsEmail()
  @MaxLength(254)
  email?: string | null;

  @MayBeAbsent()
  @IsBoolean()
  enabled?: boolean;
}

export class CreateTenantBody {
  @IsString()
  @Length(1, 100)
  name!: string;

  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(DOMAINS_MAX)
  @IsString({ each: true })
  @MaxLength(253, { each: true })
  domains?: string[];

  @MayBeAbsent()
  @IsBoolean()
  anyDomain?: boolean;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => NotificationBody)
  notification?: NotificationBody;
}

/** What a tenant may choose, see `TenantSettings`; null leaves it to the default. */
export class SettingsBody implements SettingsChange {
  @NullRemoves()
  @IsBoolean()
  patchUserReturnsBody?: boolean | null;

  @NullRemoves()
  @IsBoolean()
  patchGroupReturnsBody?: boolean | null;

  @NullRemoves()
  @IsBoolean()
  groupDisplayNameUnique?: boolean | null;

  @NullRemoves()
  @IsBoolean()
  externalIdUnique?: boolean | null;

  @NullRemoves()
  @IsIn(['strict', 'lenient'])
  unknownMembers?: 'strict' | 'lenient' | null;

  @NullRemoves()
  @IsIn(['ignore', 'reject'])
  unknownPatchAttributes?: 'ignore' | 'reject' | null;

  @NullRemoves()
  @IsBoolean()
  softDeleteUsers?: boolean | null;

  @NullRemoves()
  @IsBoolean()
  configNamesEvents?: boolean | null;

  @NullRemoves()
  @IsInt()
  @Min(1)
  @Max(RATE_MAX)
  requestsPerSecondMax?: number | null;

  @NullRemoves()
  @IsInt()
  @Min(1)
  @Max(RATE_MAX)
  requestBurstMax?: number | null;
}

export class ChangeTenantBody {
  @MayBeAbsent()
  @IsIn(['active', 'paused'])
  state?: 'active' | 'paused';

  @MayBeAbsent()
  @IsBoolean()
  anyDomain?: boolean;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => NotificationBody)
  notification?: NotificationBody;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => SettingsBody)
  settings?: SettingsBody;
}

export class CreateTokenBody {
  @MayBeAbsent()
  @IsString()
  @Length(1, 100)
  name?: string;

  /** RFC 3339; a year from now when left out. */
  @MayBeAbsent()
  @IsISO8601({ strict: true })
  expiresAt?: string;
}
