import { ProblemFilter, type Problem } from '@muster/service';
import { Catch } from '@nestjs/common';
import { TenantError } from '../tenants/domain/tenant-error.js';
import { blank } from './problem-of.js';

/** Errors of the admin API; what the registry refused keeps its code in the problem's `type`. */
@Catch()
export class AdminProblemFilter extends ProblemFilter {
  protected override problemOf(exception: unknown): Problem {
    if (!(exception instanceof TenantError)) return super.problemOf(exception);
    return {
      ...blank(exception.status),
      type: `urn:muster:problem:${exception.code}`,
      detail: exception.detail,
    };
  }
}
