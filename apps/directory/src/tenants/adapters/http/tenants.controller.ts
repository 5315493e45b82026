import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
} from '@nestjs/common';
import { parseUuid, type TokenId } from '@muster/contracts';
import { SchemaAdministration } from '../../application/schema-administration.js';
import { TenantAdministration } from '../../application/tenant-administration.js';
import type { TenantChange } from '../../application/tenant-registry.js';
import { TenantError } from '../../domain/tenant-error.js';
import type { Tenant } from '../../domain/tenant.js';
import {
  issuedTokenAnswer,
  listedTenantAnswer,
  registeredSchemasAnswer,
  tenantAnswer,
  tokenAnswer,
  type CreatedTenantAnswer,
  type IssuedTokenAnswer,
  type ListedTenantAnswer,
  type RegisteredSchemasAnswer,
  type TenantAnswer,
  type TokenAnswer,
} from './tenant-answers.js';
import { ChangeTenantBody, CreateTenantBody, CreateTokenBody } from './tenant-requests.js';

/** Injection token of the URL that tenants are told. */
export const SCIM_URL = Symbol('scim url');

/** The admin API: tenants, their domains, their tokens and their schemas. Guarded by the admin credential where it is mounted. */
@Controller('admin/tenants')
export class TenantsController {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly schemas: SchemaAdministration,
    @Inject(SCIM_URL) private readonly scimUrl: string,
  ) {}

  @Post()
  async create(@Body() body: CreateTenantBody): Promise<CreatedTenantAnswer> {
    const { notification, ...request } = body;
    const { tenant, token, secret } = await this.administration.create({
      ...request,
      ...(notification === undefined ? {} : { notification }),
    });
    return {
      tenantId: tenant.tenantId,
      name: tenant.name,
      scimUrl: this.scimUrl,
      token: secret,
      tokenId: token.tokenId,
      expiresAt: token.expiresAt.toISOString(),
    };
  }

  @Get()
  async list(): Promise<{ tenants: ListedTenantAnswer[] }> {
    const tenants = await this.administration.list();
    return { tenants: tenants.map((tenant) => listedTenantAnswer(tenant, this.scimUrl)) };
  }

  @Get(':nameOrId')
  async find(@Param('nameOrId') nameOrId: string): Promise<TenantAnswer> {
    return this.answer(await this.administration.find(nameOrId));
  }

  @Patch(':nameOrId')
  async change(@Param('nameOrId') nameOrId: string, @Body() body: ChangeTenantBody): Promise<TenantAnswer> {
    const change: TenantChange = withoutAbsent({
      ...body,
      settings: body.settings && withoutAbsent({ ...body.settings }),
    });
    return this.answer(await this.administration.change(nameOrId, change));
  }

  @Post(':nameOrId/tokens')
  async addToken(
    @Param('nameOrId') nameOrId: string,
    @Body() body: CreateTokenBody,
  ): Promise<IssuedTokenAnswer> {
    const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt);
    const { token, secret } = await this.administration.addToken(nameOrId, body.name ?? 'token', expiresAt);
    return issuedTokenAnswer(token, secret);
  }

  @Get(':nameOrId/tokens')
  async tokens(@Param('nameOrId') nameOrId: string): Promise<{ tokens: TokenAnswer[] }> {
    return { tokens: (await this.administration.tokens(nameOrId)).map(tokenAnswer) };
  }

  @Delete(':nameOrId/tokens/:tokenId')
  @HttpCode(204)
  async revokeToken(@Param('nameOrId') nameOrId: string, @Param('tokenId') tokenId: string): Promise<void> {
    const id = parseUuid<TokenId>(tokenId);
    if (id === null) throw new TenantError('token_not_found', 'This tenant has no such token.');
    await this.administration.revokeToken(nameOrId, id);
  }

  @Get(':nameOrId/domains')
  async domains(@Param('nameOrId') nameOrId: string): Promise<{ domains: readonly string[] }> {
    return { domains: (await this.administration.find(nameOrId)).domains };
  }

  @Get(':nameOrId/domains/:domain')
  async domain(
    @Param('nameOrId') nameOrId: string,
    @Param('domain') domain: string,
  ): Promise<{ domain: string }> {
    return { domain: await this.administration.domain(nameOrId, domain) };
  }

  @Put(':nameOrId/domains/:domain')
  async addDomain(
    @Param('nameOrId') nameOrId: string,
    @Param('domain') domain: string,
  ): Promise<{ domain: string }> {
    return { domain: await this.administration.addDomain(nameOrId, domain) };
  }

  @Delete(':nameOrId/domains/:domain')
  @HttpCode(204)
  async removeDomain(@Param('nameOrId') nameOrId: string, @Param('domain') domain: string): Promise<void> {
    await this.administration.removeDomain(nameOrId, domain);
  }

  @Get(':nameOrId/schemas')
  @Header('content-type', 'application/json')
  async registeredSchemas(@Param('nameOrId') nameOrId: string): Promise<string> {
    return (await this.schemas.find(nameOrId)).text;
  }

  @Put(':nameOrId/schemas')
  async registerSchemas(
    @Param('nameOrId') nameOrId: string,
    @Body() registration: unknown,
  ): Promise<RegisteredSchemasAnswer> {
    return registeredSchemasAnswer(await this.schemas.register(nameOrId, registration));
  }

  @Delete(':nameOrId/schemas')
  @HttpCode(204)
  async removeSchemas(@Param('nameOrId') nameOrId: string): Promise<void> {
    await this.schemas.remove(nameOrId);
  }

  private async answer(tenant: Tenant): Promise<TenantAnswer> {
    return tenantAnswer(tenant, await this.schemas.of(tenant), this.scimUrl);
  }
}

type WithoutAbsent<Body> = { [Name in keyof Body]: Exclude<Body[Name], undefined> };

/** Nest makes an instance with every declared property; those that were not sent say nothing. */
function withoutAbsent<Body extends object>(body: Body): WithoutAbsent<Body> {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined),
  ) as WithoutAbsent<Body>;
}
