import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.captaingoldfish.scim.sdk.client.ScimClientConfig;
import de.captaingoldfish.scim.sdk.client.ScimRequestBuilder;
import de.captaingoldfish.scim.sdk.client.resources.ResourceType;
import de.captaingoldfish.scim.sdk.client.response.ServerResponse;
import de.captaingoldfish.scim.sdk.common.constants.enums.Comparator;
import de.captaingoldfish.scim.sdk.common.constants.enums.HttpMethod;
import de.captaingoldfish.scim.sdk.common.constants.enums.PatchOp;
import de.captaingoldfish.scim.sdk.common.resources.Group;
import de.captaingoldfish.scim.sdk.common.resources.ResourceNode;
import de.captaingoldfish.scim.sdk.common.resources.User;
import de.captaingoldfish.scim.sdk.common.resources.base.ScimObjectNode;
import de.captaingoldfish.scim.sdk.common.resources.complex.Name;
import de.captaingoldfish.scim.sdk.common.resources.multicomplex.Email;
import de.captaingoldfish.scim.sdk.common.resources.multicomplex.Member;
import de.captaingoldfish.scim.sdk.common.response.BulkResponse;
import de.captaingoldfish.scim.sdk.common.response.ListResponse;
import de.captaingoldfish.scim.sdk.common.schemas.Schema;
import java.util.List;
import java.util.Map;

/** Users and groups from beginning to end with the client of SCIM-SDK, which checks every answer against the schemas it has discovered. */
public final class ScimSdkTour {
  private static final String USERS = "/Users";
  private static final String GROUPS = "/Groups";

  private final ScimRequestBuilder scim;
  private final String unique = Long.toString(System.nanoTime(), 36);
  private String userId;
  private String groupId;

  private ScimSdkTour(ScimRequestBuilder scim) {
    this.scim = scim;
  }

  public static void main(String[] arguments) {
    ScimClientConfig config =
        ScimClientConfig.builder()
            .httpHeaders(Map.of("Authorization", "Bearer " + Tour.required("SCIM_TOKEN")))
            // By default it demands a content type of answers without content too.
            .expectedHttpResponseHeaders(Map.of())
            .build();
    try (ScimRequestBuilder scim = new ScimRequestBuilder(Tour.required("SCIM_URL"), config)) {
      ScimSdkTour tour = new ScimSdkTour(scim);
      tour.discover();
      tour.users();
      tour.groups();
      tour.bulk();
      tour.end();
    }
  }

  private void discover() {
    Tour.stop("discovery: configuration, resource types and schemas", () -> {
      Tour.expect(true, scim.loadServiceProviderConfiguration().getPatchConfig().isSupported());
      Tour.expect(List.of("User", "Group"), listed(ResourceType.class, "/ResourceTypes").stream().map(ResourceType::getName).toList());
      Tour.expect(true, listed(Schema.class, "/Schemas").size() >= 3);
    });
  }

  private void users() {
    String userName = "jo." + unique + "@contoso.com";
    Tour.stop("user: create", () -> {
      User user =
          User.builder()
              .userName(userName)
              .active(true)
              .name(Name.builder().givenName("Jo").familyName("Berg").build())
              .emails(List.of(Email.builder().type("work").primary(true).value(userName).build()))
              .build();
      ServerResponse<User> response = scim.create(User.class, USERS).setResource(user).sendRequest();
      succeeded(response);
      Tour.expect(201, response.getHttpStatus());
      userId = response.getResource().getId().orElseThrow();
    });
    Tour.stop("user: create again is a conflict", () -> {
      User user = User.builder().userName(userName.toUpperCase()).build();
      ServerResponse<User> response = scim.create(User.class, USERS).setResource(user).sendRequest();
      Tour.expect(409, response.getHttpStatus());
      Tour.expect("uniqueness", response.getErrorResponse().getScimException().getScimType());
    });
    Tour.stop("user: get", () -> {
      ServerResponse<User> response = scim.get(User.class, USERS, userId).sendRequest();
      succeeded(response);
      Tour.expect(userName, response.getResource().getUserName().orElseThrow());
      Tour.expect("Berg", response.getResource().getName().orElseThrow().getFamilyName().orElseThrow());
    });
    Tour.stop("user: filter by GET", () -> {
      ServerResponse<ListResponse<User>> response =
          scim.list(User.class, USERS).filter("userName", Comparator.EQ, userName).build().get().sendRequest();
      onlyUser(response);
    });
    Tour.stop("user: search by POST, sorted", () -> {
      ServerResponse<ListResponse<User>> response =
          scim.list(User.class, USERS)
              .sortBy("userName")
              .filter("emails.value", Comparator.CO, unique)
              .and("active", Comparator.EQ, true)
              .build()
              .post()
              .sendRequest();
      onlyUser(response);
    });
    Tour.stop("user: patch", () -> {
      ServerResponse<User> response =
          scim.patch(User.class, USERS, userId)
              .addOperation().op(PatchOp.REPLACE).path("displayName").value("Jo Nord")
              .next().op(PatchOp.REPLACE).path("emails[type eq \"work\"].value").value("new@contoso.com")
              .next().op(PatchOp.REMOVE).path("name.givenName")
              .build()
              .sendRequest();
      succeeded(response);
      User user = scim.get(User.class, USERS, userId).sendRequest().getResource();
      Tour.expect("Jo Nord", user.getDisplayName().orElseThrow());
      Tour.expect("new@contoso.com", user.getEmails().get(0).getValue().orElseThrow());
      Tour.expect(false, user.getName().orElseThrow().getGivenName().isPresent());
    });
    Tour.stop("user: replace, if it is still the same", () -> {
      User user = scim.get(User.class, USERS, userId).sendRequest().getResource();
      String version = user.getMeta().orElseThrow().getVersion().orElseThrow().getEntityTag();
      user.setTitle("Lead");
      ServerResponse<User> response =
          scim.update(User.class, USERS, userId).setETagForIfMatch(version).setResource(user).sendRequest();
      succeeded(response);
      Tour.expect("Lead", response.getResource().getTitle().orElseThrow());
      ServerResponse<User> late =
          scim.update(User.class, USERS, userId).setETagForIfMatch(version).setResource(user).sendRequest();
      Tour.expect(412, late.getHttpStatus());
    });
  }

  private void groups() {
    Tour.stop("group: create with a member", () -> {
      Group group =
          Group.builder()
              .displayName("eng " + unique)
              .members(List.of(Member.builder().value(userId).type("User").build()))
              .build();
      ServerResponse<Group> response = scim.create(Group.class, GROUPS).setResource(group).sendRequest();
      succeeded(response);
      groupId = response.getResource().getId().orElseThrow();
    });
    Tour.stop("group: get, and the user's groups", () -> {
      Group group = scim.get(Group.class, GROUPS, groupId).sendRequest().getResource();
      Tour.expect(userId, group.getMembers().get(0).getValue().orElseThrow());
      User user = scim.get(User.class, USERS, userId).sendRequest().getResource();
      Tour.expect(groupId, user.getGroups().get(0).getValue().orElseThrow());
    });
    Tour.stop("group: patch members", () -> {
      ObjectNode member = JsonNodeFactory.instance.objectNode().put("value", userId);
      patchMembers(PatchOp.REMOVE, "members[value eq \"" + userId + "\"]", null);
      Tour.expect(0, scim.get(Group.class, GROUPS, groupId).sendRequest().getResource().getMembers().size());
      patchMembers(PatchOp.ADD, "members", member);
      Tour.expect(1, scim.get(Group.class, GROUPS, groupId).sendRequest().getResource().getMembers().size());
    });
    Tour.stop("group: replace", () -> {
      Group group = Group.builder().displayName("ops " + unique).build();
      ServerResponse<Group> response = scim.update(Group.class, GROUPS, groupId).setResource(group).sendRequest();
      succeeded(response);
      Tour.expect("ops " + unique, response.getResource().getDisplayName().orElseThrow());
    });
  }

  private void bulk() {
    Tour.stop("bulk: a user, and a group that refers to it", () -> {
      User user = User.builder().userName("bulk." + unique + "@contoso.com").build();
      Group group =
          Group.builder()
              .displayName("bulk " + unique)
              .members(List.of(Member.builder().value("bulkId:user").type("User").build()))
              .build();
      ServerResponse<BulkResponse> response =
          scim.bulk()
              .bulkRequestOperation(GROUPS).method(HttpMethod.POST).bulkId("group").data(group)
              .next().bulkRequestOperation(USERS).method(HttpMethod.POST).bulkId("user").data(user)
              .sendRequest();
      succeeded(response);
      Tour.expect(
          List.of(201, 201),
          response.getResource().getBulkResponseOperations().stream().map(each -> each.getStatus()).toList());
      User created =
          scim.list(User.class, USERS).filter("userName", Comparator.EQ, user.getUserName().orElseThrow()).build()
              .get().sendRequest().getResource().getListedResources().get(0);
      Tour.expect("bulk " + unique, created.getGroups().get(0).getDisplay().orElseThrow());
    });
  }

  private void end() {
    Tour.stop("group: delete", () -> {
      Tour.expect(204, scim.delete(Group.class, GROUPS, groupId).sendRequest().getHttpStatus());
      Tour.expect(404, scim.get(Group.class, GROUPS, groupId).sendRequest().getHttpStatus());
    });
    Tour.stop("user: delete", () -> {
      Tour.expect(204, scim.delete(User.class, USERS, userId).sendRequest().getHttpStatus());
      Tour.expect(404, scim.delete(User.class, USERS, userId).sendRequest().getHttpStatus());
    });
  }

  private void patchMembers(PatchOp op, String path, JsonNode value) {
    var operation = scim.patch(Group.class, GROUPS, groupId).addOperation().op(op).path(path);
    if (value != null) operation.valueNode(value);
    succeeded(operation.build().sendRequest());
  }

  private <T extends ResourceNode> List<T> listed(Class<T> type, String endpoint) {
    ServerResponse<ListResponse<T>> response = scim.list(type, endpoint).get().sendRequest();
    succeeded(response);
    return response.getResource().getListedResources();
  }

  private void onlyUser(ServerResponse<ListResponse<User>> response) {
    succeeded(response);
    Tour.expect(1L, response.getResource().getTotalResults());
    Tour.expect(userId, response.getResource().getListedResources().get(0).getId().orElseThrow());
  }

  private static <T extends ScimObjectNode> void succeeded(ServerResponse<T> response) {
    if (!response.isSuccess()) {
      throw new AssertionError("answered " + response.getHttpStatus() + ": " + response.getResponseBody());
    }
    Tour.expect(true, response.isValidScimResponse());
  }
}
